"""What happens to a case, as the journal knows it: event → sentence and facts. One line of facts per event.

Add an event or a fact here. A fact that the sentence shows must be given each time; the others may be left out.
Ids, counts, days (ISO text), codes and hashes only – never a name, an address or what somebody wrote; ``reason``
of ``journal.record`` is where a person's own words go.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from offboarding import message_words
from offboarding.journal_kinds import Event, Fact, Kind
from offboarding.models import Agreement, Letter, TerminationNotice, TransferAssistance

ID, COUNT, DAY, MOMENT = Kind.ID, Kind.COUNT, Kind.DAY, Kind.MOMENT
CODE, CODES, HASH, FLAG, DETAIL = Kind.CODE, Kind.CODES, Kind.HASH, Kind.FLAG, Kind.DETAIL

CHANNEL = Fact(
    CODE,
    {
        "email": _("by e-mail"),
        "letter": _("by letter"),
        "form": _("with the form"),
        "portal": _("on the self-service page"),
        "api": _("through the integration"),
    },
)
DECISION = Fact(CODE, dict(TerminationNotice.Decision.choices))
ENDING = Fact(CODE, dict(Agreement.Ending.choices))
OCCASION = Fact(CODE, dict(Letter.Occasion.choices))
ASSISTANCE = Fact(CODE, dict(TransferAssistance.State.choices))
POLICY = Fact(CODE, dict(Agreement.Policy.choices))
PROBLEMS = Fact(CODES, message_words.WORDS, " ")
TERMS = Fact(
    CODES,
    {
        "term_start": _("term starts"),
        "term_end": _("last day of the term"),
        "notice_days": _("days of notice"),
        "export_window_days": _("days to request an export"),
        "auto_renews": _("renews itself"),
        "renewal_months": _("months of each following term"),
        "policy": _("clock"),
    },
)
PERSON = Fact(
    CODES,
    {
        "name": _("name"),
        "email": _("e-mail address"),
        "language": _("language"),
        "may_see": _("see the case"),
        "may_request": _("request exports"),
        "may_confirm": _("confirm packages"),
        "may_give_notice": _("give notice"),
    },
)

NOTICE = {"notice": ID}
THREE_DATES = {"service_ends": DAY, "export_until": DAY, "delete_from": DAY}
WERE = {"service_ended": DAY, "export_was_until": DAY, "delete_was_from": DAY}
"""The dates before the move."""
LETTER: dict[str, Kind | Fact] = {
    "letter": ID,
    "occasion": OCCASION,
    "contact": ID,
    "attempt": COUNT,
    "language": CODE,
    "key_sha256": HASH,
}
MESSAGE: dict[str, Kind | Fact] = {
    "message": ID,
    "sha256": HASH,
    "bytes": COUNT,
    "source": CODE,
    "problems": PROBLEMS,
    "duplicate_of": ID,
}
HELP: dict[str, Kind | Fact] = {"assistance": ID, "state": ASSISTANCE}

_NOTICES = {
    "notice.received": Event(
        _("Notice received %(channel)s on %(received_on)s; it counts from that day."),
        **NOTICE, channel=CHANNEL, received_on=DAY, received_at=MOMENT, contact=ID, message=ID, sha256=HASH,
        needs=CODES,
    ),
    "notice.duplicate": Event(
        _("A notice received %(channel)s on %(received_on)s says the same as an earlier one; the first one counts."),
        **NOTICE, channel=CHANNEL, received_on=DAY, received_at=MOMENT, contact=ID, message=ID, sha256=HASH,
        duplicate_of=ID, needs=CODES,
    ),
    "notice.vouched": Event(
        _("The sender of the notice was checked: they may act for the customer."), **NOTICE, needs=CODES, contact=ID
    ),
    "notice.receipt_corrected": Event(
        _("The day of receipt was corrected from %(was_received_on)s to %(received_on)s."),
        **NOTICE, received_on=DAY, was_received_on=DAY, received_at=MOMENT, was_received_at=MOMENT,
    ),
    "notice.accepted": Event(
        _("Notice accepted (%(decision)s). Objections are possible until %(object_until)s."),
        **NOTICE, decision=DECISION, object_until=DAY, service_ends=DAY,
    ),
    "notice.refused": Event(_("Notice refused."), **NOTICE, decision=DECISION, object_until=DAY),
    "notice.withdrawn": Event(_("Notice withdrawn."), **NOTICE, contact=ID, letters=COUNT),
    "notice.objected": Event(_("The customer objected to the notice."), **NOTICE, contact=ID, object_until=DAY),
    "notice.objection_settled": Event(
        _("The objection was settled: %(outcome)s."),
        **NOTICE, outcome=Fact(CODE, {"upheld": _("upheld, the notice does not count"),
                                      "dismissed": _("dismissed, the notice stands")}),
    ),
}  # fmt: skip

_AGREEMENTS = {
    "agreement.registered": Event(
        _("Agreement registered: its term runs from %(term_start)s to %(term_end)s."),
        term_start=DAY, term_end=DAY, notice_days=COUNT, export_window_days=COUNT, auto_renews=FLAG,
        renewal_months=COUNT, policy=POLICY,
    ),
    "agreement.changed": Event(
        _("Agreement changed: %(changed)s."),
        changed=TERMS, term_start=DAY, term_end=DAY, notice_days=COUNT, export_window_days=COUNT, auto_renews=FLAG,
        renewal_months=COUNT, policy=POLICY, was=DETAIL,
    ),
    "agreement.terminated": Event(
        _("Agreement ended by %(ending)s; the service ends on %(service_ends)s."),
        ending=ENDING, notice_day=DAY, **THREE_DATES,
    ),
    "agreement.renewed": Event(
        _("Agreement renewed until %(term_end)s."), term_start=DAY, term_end=DAY, was_term_end=DAY, letters=COUNT
    ),
    "dates.set": Event(
        _("Dates set: service ends %(service_ends)s, exports until %(export_until)s, deletion not before "
          "%(delete_from)s."),
        ending=ENDING, notice=ID, rules=DETAIL, **THREE_DATES,
    ),
    "dates.moved": Event(
        _("Dates moved: service ends %(service_ends)s, exports until %(export_until)s, deletion not before "
          "%(delete_from)s."),
        ending=ENDING, notice=ID, rules=DETAIL, **THREE_DATES, **WERE,
    ),
    "dates.cleared": Event(_("Dates cleared: the agreement continues."), ending=ENDING, letters=COUNT, **WERE),
    "window.extended": Event(
        _("Exports can be requested longer, until %(export_until)s."), export_until=DAY, export_was_until=DAY,
        delete_from=DAY,
    ),
    "waiver.recorded": Event(
        _("The customer asked for deletion from %(delete_from)s already; two people must approve."),
        waiver=ID, delete_from=DAY, delete_was_from=DAY, asked_by=ID, message=ID, sha256=HASH,
    ),
    "waiver.approved_first": Event(_("Earlier deletion approved by a first person."), waiver=ID, delete_from=DAY),
    "waiver.approved": Event(
        _("Earlier deletion approved by a second person: not before %(delete_from)s."), waiver=ID, delete_from=DAY,
        delete_was_from=DAY,
    ),
    "waiver.rejected": Event(_("Earlier deletion rejected."), waiver=ID, delete_from=DAY),
    "transition.extended": Event(
        _("The customer extended the transition until %(until)s (Data Act)."), until=DAY, contact=ID
    ),
    "transition.infeasible": Event(
        _("The usual transition is not feasible; it takes until %(until)s (Data Act). The customer was told on "
          "%(told_on)s."),
        until=DAY, told_on=DAY,
    ),
    "hold.placed": Event(_("Data put on hold: nothing is deleted until it is released."), hold=ID, told=FLAG),
    "hold.released": Event(_("Hold released."), hold=ID, held_since=MOMENT),
    "data.erased": Event(
        _("The customer's data was deleted."), run=ID, certificate=ID, sha256=HASH, delete_from=DAY
    ),
    "data.reopened": Event(_("The customer's data was found again: the case is open."), run=ID, erased_at=MOMENT),
}  # fmt: skip

_LETTERS = {
    "letter.written": Event(_("Letter written: %(occasion)s."), **LETTER, due_at=MOMENT, recipients=COUNT),
    "letter.nobody": Event(_("Nobody to write to about this: %(occasion)s."), occasion=OCCASION, key_sha256=HASH),
    "letter.sent": Event(_("Letter sent: %(occasion)s."), **LETTER),
    "letter.refused": Event(_("Letter refused by the mail server: %(occasion)s."), **LETTER, status=CODE),
    "letter.bounced": Event(_("Letter came back: %(occasion)s."), **LETTER, status=CODE, message=ID),
    "letter.unclear": Event(_("Nobody knows whether this letter arrived: %(occasion)s."), **LETTER, status=CODE),
    "letter.cancelled": Event(
        ngettext_lazy("%(count)d letter cancelled.", "%(count)d letters cancelled.", "count"),
        count=COUNT, letter=ID, letters=DETAIL, occasion=OCCASION, occasions=Fact(CODES, OCCASION.words),
    ),
    "letter.overtaken": Event(_("Letter overtaken by a later one: %(occasion)s."), **LETTER, by_letter=ID),
    "letter.settled": Event(
        _("Settled what became of the letter “%(occasion)s”: %(outcome)s."),
        **LETTER, outcome=Fact(CODE, {"arrived": _("it arrived"), "not_arrived": _("it did not arrive")}),
    ),
    "letter.resent": Event(_("Letter sent again: %(occasion)s."), **LETTER, new_letter=ID),
    "message.stored": Event(_("A message was stored."), **MESSAGE, notice=ID, attachments=COUNT),
    "message.problem": Event(_("A message waits for a person. %(problems)s"), **MESSAGE, attachments=COUNT),
    "message.settled": Event(
        _("A message that waited was settled: %(outcome)s."),
        **MESSAGE, notice=ID, outcome=Fact(CODE, {"notice": _("taken as a notice"), "attached": _("put to the case"),
                                                  "dismissed": _("nothing to do")}),
    ),
    "message.duplicate": Event(_("A message that is stored already came again."), **MESSAGE),
    "message.read": Event(_("The original of a message was opened."), **MESSAGE),
}  # fmt: skip

_PEOPLE = {
    "assistance.requested": Event(_("Help with the transfer requested."), **HELP, contact=ID),
    "assistance.offered": Event(
        _("Help with the transfer offered: %(hours)s hours estimated."), **HELP, hours=CODE, charged=FLAG
    ),
    "assistance.accepted": Event(_("The customer accepted the offer of help with the transfer."), **HELP, contact=ID),
    "assistance.agreed": Event(_("Help with the transfer agreed in a separate agreement."), **HELP),
    "assistance.hours": Event(
        _("%(hours)s hours of help with the transfer on %(day)s."), **HELP, hours=CODE, day=DAY, entry=ID
    ),
    "assistance.done": Event(_("Help with the transfer finished."), **HELP, hours=CODE),
    "assistance.declined": Event(_("Help with the transfer declined."), **HELP),
    "contact.added": Event(_("Contact added."), contact=ID, rights=PERSON),
    "contact.changed": Event(_("Contact changed: %(changed)s."), contact=ID, changed=PERSON, rights=PERSON),
    "contact.ended": Event(_("A contact does not act for the customer any more."), contact=ID),
    "customer.added": Event(_("Customer added.")),
    "customer.changed": Event(_("Customer changed: %(changed)s."), changed=CODES),
    "token.issued": Event(_("Token for the interface issued."), user=ID, token=HASH, expires=MOMENT),
    "token.revoked": Event(_("Token for the interface revoked."), user=ID, token=HASH),
    "journal.verified": Event(
        ngettext_lazy("Journal verified: %(entries)d entry.", "Journal verified: %(entries)d entries.", "entries"),
        entries=COUNT, seq=COUNT, head=HASH,
    ),
    "journal.restored": Event(
        ngettext_lazy(
            "Our own database was restored: %(count)d signed head speaks of entries that are lost.",
            "Our own database was restored: %(count)d signed heads speak of entries that are lost.", "count",
        ),
        count=COUNT, heads=DETAIL,
    ),
}  # fmt: skip

EVENTS: dict[str, Event] = {**_NOTICES, **_AGREEMENTS, **_LETTERS, **_PEOPLE}
