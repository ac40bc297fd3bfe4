from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.django_db
stories = yaml.safe_load(Path("/tmp/e2e/probe.yaml").read_text())
@pytest.mark.parametrize("name", list(stories))
def test_probe(chat, name, capsys):
    out=[]
    for text in stories[name]:
        reply = chat.tap(text[4:]) if text.startswith("TAP ") else chat.say(text)
        st = chat.run.state if chat.conversation.flow_runs.exists() else {}
        out.append(f"> {text}\n    < {reply!r}\n      [{st.get('status')} pending={st.get('pending')} lang={st.get('language')} goal={st.get('goal')}]")
    lead = chat.conversation.lead
    out.append(f"ANSWERS {lead and lead.answers}\nPOINTS {chat.points} name={chat.contact.name!r} lang={chat.contact.language} conv={chat.conversation.language}")
    if lead: out.append(f"JUDGED {chat.judged} title={lead.title} stage={lead.stage} value={lead.value} goal={lead.goal}")
    out.append(f"HANDLER {chat.conversation.handler} status={chat.conversation.status} handoff={chat.conversation.handoff} n={chat.messages.count()}")
    with capsys.disabled():
        print(f"\n===== {name}"); print("\n".join(out))
