"""A whole session, performed: every event, object and byte of media that a real one leaves.

The keys, hashes, chains and signatures are real; only the pictures are synthetic. The
customer is interrupted once, so that there is a gap, a failed attempt and a second stretch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import yaml

from shuanglu.evidence.assembly import NamedObject
from shuanglu.evidence.assertion import base64url, device_credential_id
from shuanglu.evidence.cose import ES256
from shuanglu.evidence.statement import Statement, build_statement
from shuanglu.evidence.strokes import strokes_of
from shuanglu.script.model import DocumentStep, QuestionStep, Script, Step, parse_script
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import GENESIS_HASH, canonical_bytes, link, sha256_hex
from shuanglu.timeline.events import Actor, Event, EventDraft
from tests.evidence.authenticator import ORIGIN, RP_ID, Authenticator, DeviceKeyHolder
from tests.evidence.readings import deeds_of, pdf_of
from tests.evidence.screens import screen_piece, told_piece
from tests.evidence.signatures import signature_of
from tests.evidence.stretches import StretchMedia

SESSION_ID = "ses_4QZ8M2T7K1B9D6F3H5J0"
START = datetime(2026, 11, 23, 8, 0, 0, 250_000, tzinfo=UTC)
JOIN_MS = 5000
"""From the session's creation to media time 0."""
EVENT_MS = 20
CARD = b"\xff\xd8\xff\xe0 a card"
CARD_NUMBER = "11010519491231002X"
"""The example of GB 11643 itself."""

Customer = Authenticator | DeviceKeyHolder


def demo_script(**changed: Any) -> Script:
    folder = resources.files("shuanglu.script") / "templates"
    data = yaml.safe_load((folder / "bank-wealth-demo.yaml").read_text("utf-8"))
    return parse_script({**data, **changed})


def prompt_bytes(step_id: str) -> bytes:
    return b"OggS\0" + step_id.encode() * 20


@dataclass
class Performance:
    script: Script = field(default_factory=demo_script)
    customer: Customer = field(default_factory=Authenticator)
    session_id: str = SESSION_ID
    events: list[Event] = field(default_factory=list)
    objects: dict[NamedObject, bytes] = field(default_factory=dict)
    stretches: list[StretchMedia] = field(default_factory=list)
    elapsed_ms: int = 0
    pdf: bytes = b""

    @property
    def origin(self) -> datetime:
        return START + timedelta(milliseconds=JOIN_MS)

    @property
    def media_ms(self) -> int | None:
        recording = any(isinstance(e.payload, ev.RecordingStarted) for e in self.events)
        return self.elapsed_ms - JOIN_MS if recording else None

    @property
    def now(self) -> datetime:
        return START + timedelta(milliseconds=self.elapsed_ms)

    # --- telling --------------------------------------------------------------------------

    def tell(self, payload: ev.Payload, actor: Actor = Actor.SYSTEM) -> Event:
        self.elapsed_ms += EVENT_MS
        draft = EventDraft.model_validate(
            {"actor": actor, "media_time_ms": self.media_ms, "payload": payload}
        )
        event = link(
            draft,
            session_id=self.session_id,
            seq=len(self.events) + 1,
            prev_hash=self.events[-1].hash if self.events else GENESIS_HASH,
            recorded_at=self.now,
        )
        self.events.append(event)
        return event

    def keep(self, named: NamedObject, data: bytes) -> None:
        self.objects[named] = data

    # --- the parts of a session --------------------------------------------------------------

    def join(self) -> None:
        script = self.script
        self.tell(
            ev.SessionCreated(
                institution=script.institution,
                product="稳健一号",
                product_code="WJ-001",
                customer_name="王小明",
                script_id=script.id,
                script_version=script.version,
                script_sha256=script.sha256,
                created_by="staff",
            ),
            Actor.STAFF,
        )
        code = "ab" * 32
        expires_at = START + timedelta(days=1)
        self.tell(ev.InvitationIssued(code_sha256=code, expires_at=expires_at), Actor.STAFF)
        self.tell(ev.InvitationRedeemed(code_sha256=code, user_agent="test"), Actor.CUSTOMER)
        for kind in ev.ConsentKind:
            words = canonical_bytes(f"我同意 {kind.value}")
            self.keep(NamedObject("consent", sha256_hex(words)), words)
            self.tell(
                ev.ConsentRecorded(kind=kind, granted=True, text_sha256=sha256_hex(words)),
                Actor.CUSTOMER,
            )

    def record(self) -> None:
        self.elapsed_ms = JOIN_MS - EVENT_MS
        self.tell(ev.RecordingStarted(origin=self.origin))
        self.begin_stretch()
        self.store(1)
        self.tell(
            ev.DeviceChecked(
                microphone_peak_dbfs=-20.5,
                loudspeaker_confirmed=True,
                brightness=0.5,
                width_px=640,
                height_px=480,
            ),
            Actor.CUSTOMER,
        )
        self.observe(ev.Fact.FACES, "1")
        self.observe(ev.Fact.PICTURE, "clear")
        self.observe(ev.Fact.SOUND, "heard")
        self.show_screen(begins=True)

    def show_screen(self, *, begins: bool, shown_ms: int = 400) -> None:
        """A piece of the screen recording; one that begins anew after a break tells the gap."""
        media_ms = self.media_ms or 0
        data = screen_piece(max(0, media_ms - shown_ms), media_ms, begins=begins)
        gap, stored = told_piece(data, self.events)
        self.keep(NamedObject("screen", stored.piece_sha256), data)
        if gap is not None:
            self.tell(gap)
        self.tell(stored, Actor.CUSTOMER)

    def observe(self, fact: ev.Fact, value: str) -> None:
        self.tell(
            ev.ObservationChanged(
                fact=fact, value=value, score=0.97, since_ms=0, model_sha256="cd" * 32
            ),
            Actor.OBSERVER,
        )

    def begin_stretch(self) -> None:
        media = StretchMedia(len(self.stretches) + 1, self.media_ms or 0)
        self.stretches.append(media)
        self.tell(media.begun)

    def store(self, clusters: int) -> None:
        """Media up to about now: time passes with it."""
        media = self.stretches[-1]
        stored = media.store(clusters)
        self.elapsed_ms = max(self.elapsed_ms, JOIN_MS + stored.end_ms)
        self.tell(stored)

    def end_stretch(self, reason: str) -> None:
        self.tell(self.stretches[-1].ended(reason))

    def interrupt(self) -> None:
        self.tell(ev.StepBegun(step_id="risk", attempt=1))
        self.tell(ev.StepFailed(step_id="risk", attempt=1, reason="interrupted"))
        self.end_stretch("disconnected")
        ended_ms = self.stretches[-1].end_ms
        self.elapsed_ms += 3000
        self.begin_stretch()
        begun_ms = self.stretches[-1].start_ms
        self.tell(ev.MediaGap(from_ms=ended_ms, to_ms=begun_ms, reason="disconnected"))
        self.store(1)
        self.show_screen(begins=True)
        self.show_screen(begins=False, shown_ms=0)

    def step(self, step: Step, attempt: int = 1) -> None:
        self.begin(step, attempt)
        match step.kind:
            case "question":
                self.answer(step, attempt)
            case "document":
                self.read(step, attempt)
            case "identity":
                self.show_card(step.id, attempt)
            case "liveness":
                self.perform_challenges(step.id, attempt)
            case "signature":
                self.sign(step.id, attempt)
            case "confirmation":
                self.confirm(step.id, attempt)
        self.complete(step.id, attempt)

    def begin(self, step: Step, attempt: int) -> None:
        self.tell(ev.StepBegun(step_id=step.id, attempt=attempt))
        self.objects |= pdf_of(step, self.pdf)
        sound = prompt_bytes(step.id)
        sha256 = sha256_hex(sound)
        self.keep(NamedObject("prompt", sha256), sound)
        same = {"step_id": step.id, "attempt": attempt, "audio_sha256": sha256}
        spoken = {"duration_ms": 900, "packets": 45, "speed": "slow", "synthetic": True}
        self.tell(ev.PromptStarted.model_validate({**same, **spoken}))
        self.store(1)
        proof = ev.PlaybackProof(
            packets_received=45,
            samples_emitted=43_200,
            samples_concealed=0,
            audio_energy=0.01,
            element_paused=False,
            element_muted=False,
            element_volume=1,
            page_hidden_ms=0,
        )
        self.tell(ev.PromptPlayed.model_validate({**same, "proof": proof}))

    def complete(self, step_id: str, attempt: int) -> None:
        self.store(1)
        self.tell(ev.StepCompleted(step_id=step_id, attempt=attempt))

    def answer(self, step: Step, attempt: int) -> None:
        assert isinstance(step, QuestionStep)
        now_ms = self.media_ms or 0
        same = {"step_id": step.id, "attempt": attempt}
        heard = {"from_ms": now_ms - 500, "to_ms": now_ms, "speech_ms": 500}
        self.tell(
            ev.AnswerHeard.model_validate({**same, **heard, "model_sha256": "ef" * 32}),
            Actor.OBSERVER,
        )
        chosen = next(choice.id for choice in step.choices if choice.accepted)
        self.tell(ev.AnswerTapped.model_validate({**same, "choice": chosen}), Actor.CUSTOMER)
        spoken = {"from_ms": now_ms - 500, "to_ms": now_ms, "text": "清楚", "confidence": 0.9}
        by = {"speaker": "customer", "lips": "moving", "evaluated": True, "model": "whisper"}
        recognised = {**spoken, **by, "model_sha256": "ef" * 32}
        self.tell(ev.SpeechRecognised.model_validate(recognised), Actor.OBSERVER)
        self.compare(step.id, attempt, "answer")
        words = {"words": "清楚", "words_class": "yes", "confidence": 0.9}
        judged = {**same, **words, "accepted": True, "basis": "words_and_tap"}
        self.tell(ev.AnswerJudged.model_validate(judged))

    def compare(self, step_id: str, attempt: int, purpose: str) -> None:
        compared = {"purpose": purpose, "step_id": step_id, "attempt": attempt, "score": 0.6}
        thresholds = {"same_from": 0.4, "other_below": 0.3, "policy_version": 1}
        outcome = {"at_ms": self.media_ms, "outcome": "same", "model_sha256": "aa" * 32}
        self.tell(ev.FaceCompared.model_validate({**compared, **thresholds, **outcome}))

    def show_card(self, step_id: str, attempt: int) -> None:
        same = {"step_id": step_id, "attempt": attempt}
        self.keep(NamedObject("card", sha256_hex(CARD)), CARD)
        still = {"still_sha256": sha256_hex(CARD), "still_bytes": len(CARD)}
        seen = {"side": "front", "at_ms": self.media_ms, "sharpness": 90.5, "glare_share": 0.01}
        self.tell(ev.IdentityCaptured.model_validate({**same, **seen, **still}))
        read = {"side": "front", "name": "王小明", "number": CARD_NUMBER, "sex": "female"}
        absent = {"birth_date": "1949-12-31", "valid_from": None, "valid_until": None}
        checked = {"confidence": 0.95, "failed_checks": (), "model_sha256": "bb" * 32}
        self.tell(ev.IdentityRead.model_validate({**same, **read, **absent, **checked}))
        said = {"name": "王小明", "number": CARD_NUMBER, "corrected": (), "failed_checks": ()}
        self.tell(ev.IdentityConfirmed.model_validate({**same, **said}), Actor.CUSTOMER)
        self.compare(step_id, attempt, "card")

    def perform_challenges(self, step_id: str, attempt: int) -> None:
        for number, kind in enumerate(("gestures", "digits"), start=1):
            same: dict[str, Any] = {"step_id": step_id, "attempt": attempt, "challenge": number}
            drawn = {**same, "kind": kind, "policy_version": 1}
            drawn |= {"gestures": ("blink", "nod")} if kind == "gestures" else {"digits": "4071"}
            self.tell(ev.LivenessChallenged.model_validate(drawn))
            from_ms = self.media_ms
            self.store(1)
            span = {"from_ms": from_ms, "to_ms": self.media_ms, "shown_ms": (0, 400)}
            performed = ev.LivenessPerformed.model_validate({**same, **span})
            self.tell(performed, Actor.CUSTOMER)
            outcome = {"outcome": "passed", "reasons": (), "scores": {}, "policy_version": 1}
            hashes = {"kind": kind, "model_sha256s": ("cc" * 32,)}
            self.tell(ev.LivenessJudged.model_validate({**same, **outcome, **hashes}))

    def read(self, step: Step, attempt: int) -> None:
        assert isinstance(step, DocumentStep)
        for deed in deeds_of(step, attempt):
            self.tell(deed, Actor.CUSTOMER)

    def sign(self, step_id: str, attempt: int) -> None:
        strokes = strokes_of(self.session_id, signature_of(step_id, attempt))
        self.keep(NamedObject("strokes", strokes.sha256), strokes.canonical)
        self.compare(step_id, attempt, "signature")
        now_ms = self.media_ms or 0
        self.tell(
            ev.SignatureMade(
                step_id=step_id,
                attempt=attempt,
                strokes_sha256=strokes.sha256,
                strokes=len(strokes.strokes),
                points=strokes.point_count,
                from_ms=now_ms - 440,
                to_ms=now_ms,
                face="present",
            ),
            Actor.CUSTOMER,
        )

    # --- the confirmation ----------------------------------------------------------------------

    def confirm(self, step_id: str, attempt: int) -> None:
        self.register()
        statement = self.issue(step_id, attempt)
        self.store(1)
        self.tell(self.signed(statement), Actor.CUSTOMER)

    def register(self) -> None:
        customer = self.customer
        if isinstance(customer, Authenticator):
            assurance, key = ev.Assurance.WEBAUTHN_USER_VERIFIED, customer.cose_key
            credential_id, algorithm = customer.id, customer.algorithm
        else:
            assurance, key = ev.Assurance.DEVICE_KEY_AND_CODE, customer.spki
            credential_id, algorithm = device_credential_id(key), ES256
        self.tell(
            ev.CredentialRegistered(
                assurance=assurance,
                credential_id=credential_id,
                public_key=base64url(key),
                algorithm=algorithm,
                rp_id=RP_ID,
                origin=ORIGIN,
            ),
            Actor.CUSTOMER,
        )

    def issue(self, step_id: str, attempt: int) -> Statement:
        statement = build_statement(
            self.script, self.events, step_id=step_id, attempt=attempt, issued_at=self.now
        )
        self.keep(NamedObject("statement", statement.sha256), statement.canonical)
        self.tell(
            ev.StatementIssued(step_id=step_id, attempt=attempt, statement_sha256=statement.sha256)
        )
        return statement

    def signed(self, statement: Statement) -> ev.ConfirmationSigned:
        common = {
            "step_id": statement.step_id,
            "attempt": statement.attempt,
            "statement_sha256": statement.sha256,
        }
        if isinstance(self.customer, Authenticator):
            challenge = base64url(bytes.fromhex(statement.sha256))
            response = self.customer.get({"challenge": challenge})["response"]
            fields = {
                "assurance": ev.Assurance.WEBAUTHN_USER_VERIFIED,
                "credential_id": self.customer.id,
                "authenticator_data": response["authenticatorData"],
                "client_data_json": response["clientDataJSON"],
                "signature": response["signature"],
            }
        else:
            fields = {
                "assurance": ev.Assurance.DEVICE_KEY_AND_CODE,
                "credential_id": device_credential_id(self.customer.spki),
                "authenticator_data": None,
                "client_data_json": None,
                "signature": base64url(self.customer.sign(statement.canonical)),
                "one_time_code_channel": "shown_to_staff",
            }
        return ev.ConfirmationSigned.model_validate({**common, **fields})

    def finish(self) -> None:
        self.end_stretch("finished")
        self.tell(judge(self.script, self.events))

    def whole(self) -> Performance:
        """Everything, from the invitation to the verdict."""
        self.join()
        self.record()
        first, *rest = self.script.steps
        self.step(first)
        self.interrupt()
        for step in rest:
            self.step(step, attempt=2 if step.id == "risk" else 1)
        self.finish()
        return self
