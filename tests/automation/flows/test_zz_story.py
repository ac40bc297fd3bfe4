from tests.automation.flows.chat import Chat
from tests.automation.flows.builders import *
from automation.flows.events import *
def show(c):
    for e in c.effects: print("   ", e)
    print("   =>", c.state.status, c.state.step, c.state.pending)
def test_story():
    c=Chat().open(says("barev, inch arji?","price","greeting",language="hy")); show(c)
    c.send(says("խոհանոց, բյուջեն 700 հազար, 2 շաբաթից","price",language="hy",budget=amount(700000),timeline_days=14)); show(c)
    c.send(says("առաքում կա՞","delivery",language="hy")); show(c)
    c.send(says("actually 900k", "other",language="en",budget=amount(900000))); show(c)
    c.send(says("+37499123456")); show(c)
    c.send(says("Yerevan","other",language="en")); show(c)
    c.send(says("Anna","other")); show(c)
    c=Chat().open(); show(c)
    c.send(says("🙂","other",language="en")); show(c)
    c.send(says("🙂","other")); show(c)
    c.send(says("🙂","other")); show(c)
    c=Chat().open(); 
    c.send(says("диван сломан, заказ 123","fault",language="ru",order_number="123")); show(c)
    c.send(says("a@b.am")); show(c)
    assert 0
