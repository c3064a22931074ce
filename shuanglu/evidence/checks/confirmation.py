"""Steps 7, 8 and 9: what the customer did, the statement of it, and the signature over that."""

from __future__ import annotations

from collections.abc import Iterable

from shuanglu.errors import ConflictError
from shuanglu.evidence.assembly import objects_of_record, synthetic_prompts
from shuanglu.evidence.assertion import check_signed, suffices
from shuanglu.evidence.check import canonical_json, fail, require
from shuanglu.evidence.checks.documents import check_documents
from shuanglu.evidence.findings import Findings
from shuanglu.evidence.names import card_file, object_file, prompt_file
from shuanglu.evidence.package import read_whole
from shuanglu.evidence.statement import Statement, build_statement, parse_statement
from shuanglu.evidence.strokes import parse_strokes
from shuanglu.script.runner import fold
from shuanglu.timeline import events as ev

OGG_MAGIC = b"OggS"
JPEG_MAGIC = b"\xff\xd8\xff"
ROLES = ("strokes", "statement", "prompt", "consent", "card", "screen", "document")
NO_CONFIRMATION = "nothing was confirmed"


def check_objects(findings: Findings) -> str:
    """(7) Strokes, prompts, statements, cards and so on: all that the timeline names, no other.

    Does not prove whose hand signed, nor that the sound of a prompt says what the
    script says, nor what stands on a card: listen and look.
    """
    told: dict[str, set[str]] = {}
    for named in objects_of_record(findings.script, findings.events):
        told.setdefault(named.role, set()).add(named.sha256)
    held: dict[str, set[str]] = {}
    for entry in findings.manifest.objects:
        held.setdefault(entry.role, set()).add(entry.sha256)
    for role in ROLES:
        missing, extra = told.get(role, set()), held.get(role, set())
        require(missing <= extra, "object_missing", f"the timeline names a {role} not in here")
        require(extra <= missing, "object_extra", f"a {role} is here that was never named")
    _check_strokes(findings)
    check_documents(findings)
    _check_prompts(findings, told.get("prompt", set()))
    _check_consents(findings)
    _check_cards(findings)
    return ", ".join(f"{len(found)} {role}" for role, found in sorted(told.items()))


def _check_strokes(findings: Findings) -> None:
    for event, made in findings.payloads(ev.SignatureMade):
        strokes = parse_strokes(read_whole(findings.package, object_file(made.strokes_sha256)))
        same = strokes.session_id == findings.manifest.session_id and strokes.is_told_by(made)
        require(same, "strokes", f"event {event.seq} tells of other strokes")


def _check_prompts(findings: Findings, prompts: Iterable[str]) -> None:
    for sha256 in prompts:
        beginning = next(iter(findings.package.pieces(prompt_file(sha256))), b"")
        require(beginning.startswith(OGG_MAGIC), "prompt", "a prompt is no Ogg file")
    told = synthetic_prompts(findings.events)
    labelled = {entry.sha256 for entry in findings.manifest.objects if entry.synthetic}
    require(told == labelled, "prompt_label", "the AI voice is labelled otherwise than it was told")
    started = {
        (p.step_id, p.attempt, p.audio_sha256) for _, p in findings.payloads(ev.PromptStarted)
    }
    for event, played in findings.payloads(ev.PromptPlayed):
        known = (played.step_id, played.attempt, played.audio_sha256) in started
        require(known, "prompt", f"event {event.seq} tells of a prompt that never started")


def _check_consents(findings: Findings) -> None:
    for event, consent in findings.payloads(ev.ConsentRecorded):
        name = object_file(consent.text_sha256)
        words = canonical_json(read_whole(findings.package, name), what="a consent's words")
        require(isinstance(words, str), "consent", f"event {event.seq} names no words")


def _check_cards(findings: Findings) -> None:
    for event in findings.events:
        match event.payload:
            case (
                ev.IdentityCaptured(still_sha256=sha256, still_bytes=size)
                | ev.StillCaptured(still_sha256=sha256, still_bytes=size)
            ):
                pieces = list(findings.package.pieces(card_file(sha256)))
                is_jpeg = bool(pieces) and pieces[0].startswith(JPEG_MAGIC)
                same = is_jpeg and sum(map(len, pieces)) == size
                require(same, "card", f"event {event.seq} names no picture of a card or paper")


def check_statements(findings: Findings) -> str:
    """(8) Each statement follows from script and timeline, and holds the chain's head.

    Derived anew from the events up to that head and compared byte for byte, so nothing
    is confirmed that did not happen, and nothing that happened is left out. Does not
    prove that the customer read it.
    """
    for event, issued in findings.payloads(ev.StatementIssued):
        data = read_whole(findings.package, object_file(issued.statement_sha256))
        statement = parse_statement(data)
        _check_head(findings, event, statement)
        _check_derived(findings, statement, issued, data)
        findings.statements[issued.statement_sha256] = statement
    signed = [payload for _, payload in findings.payloads(ev.ConfirmationSigned)]
    for payload in signed:
        known = payload.statement_sha256 in findings.statements
        require(known, "statement_missing", "a confirmation names a statement never issued")
        statement = findings.statements[payload.statement_sha256]
        same = (statement.step_id, statement.attempt) == (payload.step_id, payload.attempt)
        require(same, "statement", "a confirmation names a statement of another step")
    return _covered(findings, signed)


def _check_head(findings: Findings, event: ev.Event, statement: Statement) -> None:
    point = statement.timeline
    earlier = 1 <= point.seq < event.seq
    require(earlier, "statement_head", "a statement names an event after itself")
    found = findings.events[point.seq - 1].hash
    require(found == point.head, "statement_head", "the timeline changed after it was confirmed")
    before = findings.events[point.seq - 1].recorded_at
    in_time = before <= statement.issued_at <= event.recorded_at
    require(in_time, "statement_time", "a statement was issued at another time than it says")


def _check_derived(
    findings: Findings, statement: Statement, issued: ev.StatementIssued, data: bytes
) -> None:
    try:
        derived = build_statement(
            findings.script,
            findings.events[: statement.timeline.seq],
            step_id=issued.step_id,
            attempt=issued.attempt,
            issued_at=statement.issued_at,
        )
    except ConflictError:
        fail("statement", "a statement was issued when none was due")
    same = derived.canonical == data
    require(same, "statement", "a statement says something else than the timeline")


def _covered(findings: Findings, signed: list[ev.ConfirmationSigned]) -> str:
    """Every step that stands at the end is in the statement that was signed last."""
    state = fold(findings.script, findings.events)
    last_id = findings.script.steps[-1].id
    if last_id not in state.completed:
        return NO_CONFIRMATION if not signed else "the last confirmation does not stand"
    standing = [p for p in signed if (p.step_id, p.attempt) == (last_id, state.attempts[last_id])]
    require(
        bool(standing), "statement_missing", "the confirmation was completed without a signature"
    )
    statement = findings.statements[standing[-1].statement_sha256]
    confirmed = {(item.step_id, item.attempt) for item in statement.confirmed}
    stands = {(id_, state.attempts[id_]) for id_ in state.completed if id_ != last_id}
    require(confirmed == stands, "statement", "what was confirmed is not what stands")
    return f"{len(confirmed)} steps up to event {statement.timeline.seq}"


def check_signatures(findings: Findings) -> str:
    """(9) Each confirmation is signed by a key that was registered before, strong enough.

    Does not prove that the key is the customer's rather than another's: that rests on
    the recording, and on who held the phone. The one-time code of the weaker assurance
    was checked by the server at the time and cannot be checked again.
    """
    keys: dict[str, tuple[int, ev.CredentialRegistered]] = {}
    got: set[str] = set()
    issued_at = {p.statement_sha256: e.seq for e, p in findings.payloads(ev.StatementIssued)}
    for event in findings.events:
        match event.payload:
            case ev.CredentialRegistered() as key:
                keys[key.credential_id] = (event.seq, key)
            case ev.ConfirmationSigned() as signed:
                known = signed.credential_id in keys
                require(known, "foreign_credential", "a confirmation names an unknown key")
                seq, key = keys[signed.credential_id]
                earlier = seq < issued_at[signed.statement_sha256] < event.seq
                require(earlier, "credential_late", "a key was registered after the statement")
                _check_signature(findings, signed, key)
                got.add(signed.assurance.value)
    return ", ".join(sorted(got)) or NO_CONFIRMATION


def _check_signature(
    findings: Findings, signed: ev.ConfirmationSigned, key: ev.CredentialRegistered
) -> None:
    enough = suffices(signed.assurance, findings.script.minimum_assurance)
    require(enough, "assurance", "the confirmation is weaker than the script demands")
    check_signed(signed, key, findings.statements[signed.statement_sha256].canonical)
