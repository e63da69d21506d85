"""Whether signatures hold for python-dkim: verify_dkim.py < mails.json > verdicts.json

Reads {"name": "selector._domainkey.domain", "key": "v=DKIM1; …", "mails": [base64, …]}, writes a list of booleans.
"""
import base64
import json
import sys

import dkim

if '--there' not in sys.argv:
    given = json.load(sys.stdin)
    records = {given['name'].encode() + b'.': given['key'].encode()}
    mails = [base64.b64decode(mail) for mail in given['mails']]
    json.dump([dkim.verify(mail, dnsfunc=lambda name, timeout=5: records.get(name)) for mail in mails], sys.stdout)
