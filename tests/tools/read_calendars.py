"""What a Python program makes of calendars: read_calendars.py icalendar|vobject|libical < texts.json > events.json

Reads a JSON list of iCalendar texts and writes, for each of them, the list of its events: UID, start and end in UTC,
title, description, place, and who is invited under what name. One process for all, since starting one costs most.
`read_calendars.py NAME --there` ends well where that library is installed.
"""
import json
import sys
from datetime import datetime, timezone


def in_utc(moment):
    return moment.astimezone(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def with_icalendar():
    from icalendar import Calendar

    def read(text):
        return [
            {
                'uid': str(event['uid']),
                'start': in_utc(event['dtstart'].dt),
                'end': in_utc(event['dtend'].dt),
                'summary': str(event.get('summary', '')),
                'description': str(event.get('description', '')),
                'location': str(event.get('location', '')),
                'attendees': [str(one) for one in listed(event.get('attendee'))],
                'names': [str(one.params['cn']) for one in listed(event.get('attendee'))],
            }
            for event in Calendar.from_ical(text).walk('vevent')
        ]

    return read


def listed(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def with_vobject():
    import vobject

    def read(text):
        return [
            {
                'uid': event.uid.value,
                'start': in_utc(event.dtstart.value),
                'end': in_utc(event.dtend.value),
                'summary': text_of(event, 'summary'),
                'description': text_of(event, 'description'),
                'location': text_of(event, 'location'),
                'attendees': [one.value for one in event.contents.get('attendee', [])],
                'names': [one.params['CN'][0] for one in event.contents.get('attendee', [])],
            }
            for calendar in vobject.readComponents(text)
            for event in calendar.contents.get('vevent', [])
        ]

    def text_of(event, name):
        return event.contents[name][0].value if name in event.contents else ''

    return read


def with_libical():
    import gi

    gi.require_version('ICalGLib', '3.0')
    from gi.repository import ICalGLib

    kinds, parameters = ICalGLib.ComponentKind, ICalGLib.ParameterKind

    def all_of(first, following):
        found = first
        while found is not None:
            yield found
            found = following()

    def read(text):
        calendar = ICalGLib.Component.new_from_string(text)
        if calendar.count_errors():
            raise ValueError(calendar.as_ical_string())
        kind = kinds.VEVENT_COMPONENT
        events = all_of(calendar.get_first_component(kind), lambda: calendar.get_next_component(kind))
        return [read_event(event) for event in list(events)]

    def read_event(event):
        kind = ICalGLib.PropertyKind.ATTENDEE_PROPERTY
        attendees = list(all_of(event.get_first_property(kind), lambda: event.get_next_property(kind)))
        return {
            'uid': event.get_uid(),
            'start': in_zone(event.get_dtstart()),
            'end': in_zone(event.get_dtend()),
            'summary': event.get_summary() or '',
            'description': event.get_description() or '',
            'location': event.get_location() or '',
            'attendees': [one.get_attendee() for one in attendees],
            'names': [one.get_first_parameter(parameters.CN_PARAMETER).get_cn() for one in attendees],
        }

    def in_zone(time):
        return in_utc(datetime.fromtimestamp(time.as_timet_with_zone(time.get_timezone()), timezone.utc))

    return read


READERS = {'icalendar': with_icalendar, 'vobject': with_vobject, 'libical': with_libical}
reader = READERS[sys.argv[1]]()
if '--there' not in sys.argv:
    json.dump([reader(text) for text in json.load(sys.stdin)], sys.stdout)
