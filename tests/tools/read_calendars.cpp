// What KCalendarCore (KOrganizer, KMail) makes of calendars: a JSON list of iCalendar texts comes in on stdin, and for each
// of them a list of its events goes out, as read_calendars.py has it.
#include <KCalendarCore/Event>
#include <KCalendarCore/ICalFormat>
#include <KCalendarCore/MemoryCalendar>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimeZone>
#include <cstdio>

static QString inUtc(const QDateTime &moment) { return moment.toUTC().toString(QStringLiteral("yyyy-MM-ddTHH:mm:ssZ")); }

static QJsonObject readEvent(const KCalendarCore::Event::Ptr &event) {
  QJsonArray attendees, names;
  for (const auto &attendee : event->attendees()) {
    attendees.append(QStringLiteral("mailto:") + attendee.email());
    names.append(attendee.name());
  }
  return {
      {QStringLiteral("uid"), event->uid()},
      {QStringLiteral("start"), inUtc(event->dtStart())},
      {QStringLiteral("end"), inUtc(event->dtEnd())},
      {QStringLiteral("summary"), event->summary()},
      {QStringLiteral("description"), event->description()},
      {QStringLiteral("location"), event->location()},
      {QStringLiteral("attendees"), attendees},
      {QStringLiteral("names"), names},
  };
}

static QJsonArray read(const QString &text) {
  KCalendarCore::MemoryCalendar::Ptr calendar(new KCalendarCore::MemoryCalendar(QTimeZone::utc()));
  KCalendarCore::ICalFormat format;
  QJsonArray events;
  if (!format.fromString(calendar, text)) return events;
  for (const auto &event : calendar->events(KCalendarCore::EventSortStartDate)) events.append(readEvent(event));
  return events;
}

int main() {
  QFile in;
  if (!in.open(stdin, QIODevice::ReadOnly)) return 1;
  QJsonArray read_all;
  for (const auto &text : QJsonDocument::fromJson(in.readAll()).array()) read_all.append(read(text.toString()));
  const QByteArray out = QJsonDocument(read_all).toJson(QJsonDocument::Compact);
  return fwrite(out.constData(), 1, out.size(), stdout) == size_t(out.size()) ? 0 : 1;
}
