import io, json, time, uuid
import pytest
from django.test import override_settings
from django.core.handlers.wsgi import WSGIHandler
from django.urls import path
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.db import connection
from tests.factories.conversations import *
from conversations.deliveries.models import RawDelivery

@csrf_exempt
def bare(request):
    RawDelivery(account_id=ACC[0], lane="x", headers={}, body=request.body, next_attempt_at=timezone.now(), received_at=timezone.now()).save(force_insert=True)
    return HttpResponse(b"{}")
ACC=[0]
import config.urls as u
urlpatterns=[path("bare/", bare), *u.urlpatterns]

def call(app, url, body, headers):
    env={"REQUEST_METHOD":"POST","PATH_INFO":url,"SERVER_NAME":"localhost","SERVER_PORT":"80","wsgi.input":io.BytesIO(body),"CONTENT_LENGTH":str(len(body)),"CONTENT_TYPE":"application/json","wsgi.url_scheme":"http","HTTP_HOST":"localhost","wsgi.errors":io.StringIO(), **headers}
    out=[]
    r=app(env, lambda s,h: out.append(s)); b"".join(r); r.close()
    assert out[0].startswith("200"), out
@pytest.mark.django_db(transaction=True)
def test_bench():
    make_pipeline(); a=make_web_chat(); v=Visitor(a); v.open(); ACC[0]=a.pk
    def run(app,url,n=1500):
        h={"HTTP_X_PARLEY_SESSION":v.session}
        bodies=[json.dumps({"version":1,"type":"message","client_id":str(uuid.uuid4()),"text":"hello "*10}).encode() for _ in range(n)]
        for b in bodies[:100]: call(app,url,b,h)
        t=time.perf_counter()
        for b in bodies[100:]: call(app,url,b,h)
        return (n-100)/(time.perf_counter()-t)
    with override_settings(ROOT_URLCONF="tests.conversations.test_zz_bench"):
        full=WSGIHandler()
        with override_settings(MIDDLEWARE=[]): none=WSGIHandler()
        from statistics import median
        runs={"bare nomw":(none,"/bare/"),"bare mw":(full,"/bare/"),"hook mw":(full,f"/hooks/webchat/{a.token}/")}
        times={k:[] for k in runs}
        h={"HTTP_X_PARLEY_SESSION":v.session}
        for n in range(1500):
            b=json.dumps({"version":1,"type":"message","client_id":str(uuid.uuid4()),"text":"hello "*10}).encode()
            for k,(app,url) in runs.items():
                t=time.perf_counter(); call(app,url,b,h); times[k].append(time.perf_counter()-t)
        print("\nBENCH",{k:round(median(x)*1e6) for k,x in times.items()})
        import cProfile,pstats
        p=cProfile.Profile(); p.enable(); run(full,f"/hooks/webchat/{a.token}/",600); p.disable()
        pstats.Stats(p).sort_stats("cumtime").print_stats(60)
