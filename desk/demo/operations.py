"""Fills an empty installation with the demo company, so that a newcomer sees the product at work (spec 15.1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from automation.flows.operations import install_shipped
from automation.sequences.operations import install_ready
from conversations.accounts.models import ChannelAccount, ChannelIdentity
from conversations.threads.models import (
    AuthorKind,
    Conversation,
    ConversationStatus,
    Direction,
    Handler,
    Message,
    MessageStatus,
)
from core.access.models import Team, User
from core.conditions.moment import Moment
from core.events.actor import FLOW
from core.events.models import Event
from core.text import normalise
from crm.contacts.models import Contact, ContactPoint, ContactPointKind
from crm.defaults import install_defaults
from crm.pipeline.models import Lead, LostReason, Stage, StageKind
from crm.qualification.answers import NewAnswer
from crm.qualification.models import AnswerSource, Criterion, LeadAnswer
from crm.qualification.operations import apply_answers
from crm.scoring.models import ScoreEntry
from desk.demo import articles, catalogue, company, history, meetings
from desk.demo.stories import Story, stories

SHIPPED_FLOW = "first_answer"
SELLERS = ("davit@aregak.example", "leyla@aregak.example")
"""Who can be booked."""


@transaction.atomic
def seed_demo(*, now: datetime) -> bool:
    """Install the demo company once. Returns False, and changes nothing, where leads exist already."""
    if Lead.objects.exists():
        return False
    company.install_company()
    people = company.install_people()
    stages = company.install_pipelines()
    install_defaults(language="en")
    install_shipped(SHIPPED_FLOW)
    install_ready(language="en", active=True, now=now)
    catalogue.install_catalogue(today=now.date())
    articles.install_articles(owner=people[0])
    account = company.install_web_chat(flow_key=SHIPPED_FLOW)
    history.install_history(people=people, stages=stages, now=now)
    seeder = _Seeder(account=account, people=people, stages=stages, now=now)
    for story in reversed(stories(now)):
        seeder.add(story)
    meetings.install_meetings(people=[person for person in people if person.email in SELLERS], now=now)
    history.learn_from_history(now=now)
    return True


class _Seeder:
    """Writes one story after the other, oldest first, with the times at which it happened."""

    def __init__(
        self, *, account: ChannelAccount, people: list[User], stages: list[list[Stage]], now: datetime
    ) -> None:
        self.account, self.people, self.stages, self.now = account, people, stages, now
        self.team = Team.objects.get(name="Sales")
        self.lost_reason = LostReason.objects.order_by("id").first()
        self.criteria = {criterion.key: criterion for criterion in Criterion.objects.all()}

    def add(self, story: Story) -> None:
        contact = self._contact(story)
        lead = self._lead(story, contact)
        if story.lines:
            self._conversation(story, contact, lead)
        if story.answers:
            self._answer(story, lead)
        self._date_back(story, contact, lead)

    def _contact(self, story: Story) -> Contact:
        contact = Contact.objects.create(
            name=story.name,
            name_normal=normalise(story.name),
            language=story.language,
            timezone=company.ZONE,
            created_at=story.started_at,
        )
        ContactPoint.objects.create(contact=contact, kind=ContactPointKind.PHONE, value=story.phone)
        return contact

    def _lead(self, story: Story, contact: Contact) -> Lead:
        stage = self.stages[story.pipeline][story.stage]
        closed = stage.kind != StageKind.OPEN
        entered = min(self.now, story.started_at + timedelta(hours=3 * story.stage))
        return Lead.objects.create(
            title=story.title,
            contact=contact,
            pipeline_id=stage.pipeline_id,
            stage=stage,
            stage_kind=stage.kind,
            stage_entered_at=entered,
            owner=None if story.owner is None else self.people[story.owner],
            team=self.team,
            value=story.budget,
            currency="AMD",
            goal="sales",
            source=self.account.kind if story.has_chat else "form",
            next_step="" if closed else story.next_step,
            next_step_at=None if closed or not story.next_step else self._next_step_at(story),
            lost_reason=self.lost_reason if stage.kind == StageKind.LOST else None,
            closed_at=entered if closed else None,
            last_message_at=story.started_at if story.has_chat else None,
            created_at=story.started_at,
        )

    def _next_step_at(self, story: Story) -> datetime:
        """On a day around today, at an hour at which people work."""
        day = self.now.astimezone(ZoneInfo(company.ZONE)) + timedelta(days=story.next_step_in or 0)
        return day.replace(hour=10 + story.number % 8, minute=0, second=0, microsecond=0)

    def _answer(self, story: Story, lead: Lead) -> None:
        answers = [
            NewAnswer(
                key=key,
                value=self._canonical(key, value),
                said=said,
                source=AnswerSource.FLOW if story.has_chat else AnswerSource.API,
            )
            for key, (value, said) in story.answers.items()
            if key in self.criteria
        ]
        apply_answers(
            lead=lead,
            answers=answers,
            at=Moment(now=story.started_at, timezone=company.ZONE, calendar=None),
            actor=FLOW,
        )

    def _canonical(self, key: str, value: object) -> object:
        match self.criteria[key].kind:
            case "money":
                return {"amount": f"{value}.0000", "currency": "AMD"}
            case "place" | "text":
                return {"raw": value, "norm": normalise(str(value))}
        return value

    def _conversation(self, story: Story, contact: Contact, lead: Lead) -> None:
        identity = ChannelIdentity.objects.create(
            account=self.account,
            external_id=f"demo-{story.number}",
            contact=contact,
            display_name=story.name,
            created_at=story.started_at,
        )
        conversation = Conversation.objects.create(
            account=self.account,
            identity=identity,
            contact=contact,
            lead=lead,
            status=self._status(story),
            handler=Handler.PERSON if lead.owner_id else Handler.QUEUE,
            assignee_id=lead.owner_id,
            team=self.team,
            language=story.language,
            goal="sales",
            created_at=story.started_at,
        )
        messages = Message.objects.bulk_create(self._messages(story, conversation))
        first_answer = next((message for message in messages if message.direction == Direction.OUT), None)
        first_person = next((message for message in messages if message.author_kind == AuthorKind.USER), None)
        conversation.last_sequence = len(messages)
        conversation.last_message_at = messages[-1].sent_at
        conversation.last_text = messages[-1].text[:200]
        conversation.last_direction = messages[-1].direction
        conversation.unread = int(conversation.status == ConversationStatus.WAITING_US)
        conversation.waiting_since = messages[-1].sent_at if conversation.unread else None
        conversation.first_response_at = first_answer.sent_at if first_answer else None
        conversation.first_person_response_at = first_person.sent_at if first_person else None
        conversation.solved_at = (
            messages[-1].sent_at if conversation.status == ConversationStatus.SOLVED else None
        )
        conversation.save()
        lead.last_message_at = contact.last_message_at = messages[-1].sent_at
        lead.save(update_fields=["last_message_at"])
        contact.save(update_fields=["last_message_at"])

    def _status(self, story: Story) -> str:
        if story.stage >= 3:
            return ConversationStatus.SOLVED
        return ConversationStatus.WAITING_US if story.number % 3 else ConversationStatus.WAITING_CUSTOMER

    def _messages(self, story: Story, conversation: Conversation) -> list[Message]:
        sent_at, messages = story.started_at, []
        for sequence, line in enumerate(story.lines, 1):
            sent_at += timedelta(seconds=line.after)
            incoming = line.author == "customer"
            asked = self.criteria.get(line.asks)
            messages.append(
                Message(
                    conversation=conversation,
                    account=self.account,
                    sequence=sequence,
                    direction=Direction.IN if incoming else Direction.OUT,
                    author_kind=AuthorKind(line.author),
                    author_id=(conversation.assignee_id or self.people[0].pk)
                    if line.author == "user"
                    else None,
                    text=asked.question.get(story.language, "") if asked else line.text,
                    language=story.language,
                    status=MessageStatus.RECEIVED if incoming else MessageStatus.READ,
                    sent_at=sent_at,
                    created_at=sent_at,
                )
            )
        return messages

    def _date_back(self, story: Story, contact: Contact, lead: Lead) -> None:
        """What was written just now happened when the story did."""
        at = story.started_at + timedelta(seconds=60)
        LeadAnswer.objects.filter(lead=lead).update(created_at=at)
        ScoreEntry.objects.filter(lead=lead).update(created_at=at)
        Event.objects.filter(lead_id=lead.pk).update(created_at=at)
        Lead.objects.filter(pk=lead.pk).update(scored_at=at)
