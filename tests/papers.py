"""Cases for tests of papers, registers and evidence."""

from datetime import UTC, datetime, timedelta

from tests.records import a_case

NUMBER = "K4837-19209"
MARCH = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)


def an_accepted_case(id="case", number=NUMBER, accepted=MARCH, days=5, **more):
    values = {"issue": "carton.empty", "category": "产品质量", "severity": "严重", "heat": "一般", **more}
    case = a_case(id, text="一箱奶茶里有一盒是空的，电话13900001234", opened_at=accepted, heard_at=accepted)
    for name, value in values.items():
        setattr(case, name, value)
    case.accept(number, accepted, accepted + timedelta(days=days))
    return case
