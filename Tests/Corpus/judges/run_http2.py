#!/usr/bin/env python3
"""run_http2.py - the rows of run_http1.py as HTTP/2, as far as they have a form there; the same recorder and the same verdicts.

A row's request line becomes pseudo-header fields, each of its field lines a field (in lower case, as HTTP/2 has it, and
otherwise byte for byte), and what follows the head one DATA frame. So a control byte in a value, a second Host, a Transfer-Encoding or
a body of another length than it says reaches the proxy as it stands. SKIP: rows that are about the bytes of HTTP/1.1 itself
(request lines, line ends, pipelines), and good messages with fields that HTTP/2 forbids (RFC 9113 8.2.2).

Needs the package hpack. Options and exit status are those of run_http1.py; with --tls, h2 is agreed on by ALPN.
"""
import base64, collections, json, pathlib, re, sys, time

HERE=pathlib.Path(__file__).resolve().parent
sys.path[:0]=[str(HERE),str(HERE.parents[1]/'Python')]
import h2wire
import run_http1

FORBIDDEN={b'connection',b'keep-alive',b'proxy-connection',b'transfer-encoding',b'upgrade',b'te',b'http2-settings'}
PATIENCE=2.0

def translate(raw):
    """The fields and the body of a message that run_http1.py would send; None where it has no form in HTTP/2."""
    head,end,body=raw.partition(b'\r\n\r\n')
    first,*lines=head.split(b'\r\n')
    m=re.fullmatch(rb'([^ \r\n]+) ([^ \r\n]+) HTTP/1\.[01]',first)
    if not end or not m or m[1]==b'CONNECT': return None
    method,target=m.groups(); authority=None; fields=[]
    absolute=re.fullmatch(rb'(?i)([a-z][a-z0-9+.-]*)://([^/?#]*)(.*)',target,re.S)
    if absolute: authority,target=absolute[2],absolute[3] or b'/'
    for line in lines:
        name,colon,value=line.partition(b':')
        if not colon or line[:1] in (b' ',b'\t'): return None
        name,value=name.lower(),value.strip(b' \t')
        if name==b'host' and authority is None: authority=value
        else: fields.append((name,value))
    if b'transfer-encoding' not in dict(fields) and body and b'content-length' not in dict(fields): body=b''
    pseudo=[(b':method',method),(b':scheme',b'http'),(b':path',target)]+([(b':authority',authority)] if authority is not None else [])
    return pseudo+fields,body

def ask(dial,fields,body,patience=PATIENCE):
    """One request on a connection of its own: what was answered, as run_http1.py takes it, and whether the proxy has refused."""
    client=h2wire.Client(0,connected=dial(['h2']),patience=patience)
    with client:
        block=b''.join(h2wire.literal(name,value) for name,value in fields)
        flags=h2wire.END_HEADERS if body else h2wire.END_HEADERS|h2wire.END_STREAM
        first,*rest=[block[at:at+16000] for at in range(0,len(block),16000)]
        client.send(h2wire.frame(h2wire.HEADERS,flags if not rest else flags&~h2wire.END_HEADERS,1,first))
        for n,part in enumerate(rest): client.send(h2wire.frame(h2wire.CONTINUATION,h2wire.END_HEADERS if n==len(rest)-1 else 0,1,part))
        if body: client.send(*[h2wire.frame(h2wire.DATA,h2wire.END_STREAM if at+16000>=len(body) else 0,1,body[at:at+16000]) for at in range(0,len(body),16000)])
        client.wait(lambda: 1 in client.ended or 1 in client.resets or client.goaway)
        status=client.status(1)
        heads=b''.join(b'%s: %s\r\n'%(n.encode('latin-1'),v.encode('latin-1')) for h in client.heads[1] for n,v in h)
        answer=b'HTTP/1.1 %d Answer\r\n'%status+heads+b'\r\n'+client.bodies[1] if status else b''
        return answer,client.is_closed or bool(client.resets) or client.goaway is not None

def main():
    o=run_http1.parser().parse_args(); dial=run_http1.dialler(o); fill=run_http1.filler(o)
    up=run_http1.Upstream(o.upstream_host,o.upstream_port); up.start()
    auth=[tuple(part.strip().encode() for part in h.split(':',1)) for h in o.header]
    def canary(n):
        name=f'c{n}-{time.time_ns()%10**8}'.encode()
        path=(o.public.encode() if o.protected else b'')+b'/canary'
        fields=[(b':method',b'GET'),(b':scheme',b'http'),(b':path',path),(b':authority',b'localhost'),(b'x-canary',name)]
        try: answer,_=ask(dial,fields+[(n.lower(),v) for n,v in auth],b'',4)
        except (OSError,AssertionError) as e: return False,f'no connection: {e}'
        return (True,'') if name in answer else (False,f'wrong or no answer {answer[:60]!r}')
    ok,msg=canary('first')
    if not ok: sys.exit('the proxy does not pass a plain request to the upstream: '+msg)
    up.take(); res=[]
    rows=[json.loads(l) for f in o.payloads for l in open(f)]
    for i,r in enumerate(rows):
        skip=lambda why: res.append(dict(id=r['id'],verdict='SKIP',why=[why],notes=[],status=None,strength=r.get('strength','must'),category=r['category']))
        if r['category']=='path' and not o.protected: skip('needs --protected'); continue
        message=translate(fill(base64.b64decode(r['raw_base64'])))
        if message is None or r.get('raw2_base64') or r['expectation']=='any-but-one-message': skip('is about the bytes of HTTP/1.1'); continue
        names={name for name,_ in message[0]}
        if r['expectation']=='forward-normalised' and names&FORBIDDEN: skip('good, with fields that HTTP/2 forbids'); continue
        up.take()
        try: answer,closed=ask(dial,*message)
        except (OSError,AssertionError): answer,closed=b'',True
        time.sleep(o.settle); evs=up.take(); can=canary(i)
        more=[e for e in up.take() if e['kind']=='msg']
        if can[0] and len(more)>1: can=(False,f'{len(more)} requests arrived with the canary')
        v,why,notes,st=run_http1.judge(r,o,evs,answer,closed,can)
        res.append(dict(id=r['id'],verdict=v,why=why,notes=sorted(set(notes)),status=st,closed=closed,expectation=r['expectation'],strength=r.get('strength','must'),category=r['category'],source=r['source']))
        if o.v or v=='FAIL': print(f"{v:8} {r.get('strength','must'):6} {r['id']} [{st}] {'; '.join(why)[:160]}",flush=True)
    print('\nverdicts',dict(collections.Counter(x['verdict'] for x in res)))
    if o.json: json.dump(dict(options=vars(o),results=res),open(o.json,'w'),indent=0)
    sys.exit(1 if any(x['verdict']=='FAIL' and x['strength']=='must' for x in res) else 0)
if __name__=='__main__': main()
