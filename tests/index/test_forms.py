"""A query in one form finds a note in another: every line below is a query and a piece of a note that answers it."""

from __future__ import annotations

import pytest

from vault_mem.index.analysis import analyze

FORMS = r"""
parse user token | call parseUserToken() first
parseUserToken | parse_user_token(x)
parse_user_token | parseUserToken
parse-user-token | parseUserToken
ParseUserToken | parseUserToken
parseusertoken | parse_user_token
http server | class HTTPServer2
HTTPServer | an http_server
HTTPServer2 | HTTPServer
max retry | MAX_RETRY_COUNT = 3
router.py | see src/api/router.py#L10
src/api | src/api/router.py
api/router | src/api/router.py
src/api/router.py | in src/api/router.py.
/src/api/router.py | src/api/router.py
./src/api/router.py | src/api/router.py
router | src/api/router.py:42
router.py:42 | src/api/router.py:42
C:\Users\ada\notes.txt | C:\Users\ada\notes.txt
notes.txt | C:\Users\ada\notes.txt
1.10.2 | release v1.10.2
v1.10.2 | version 1.10.2
v1.10 | 1.10.2
1.10 | v1.10.2
2.0 | v2.0
v2 | v2版本
V2 | upgrade to v2.
E1234 | error[E1234]: bad
e1234 | E1234
E-1234 | E1234
ERR_SSL_X | net::ERR_SSL_X
err ssl | ERR_SSL_X
ssl | ERR_SSL_PROTOCOL_ERROR
0x80070005 | failed with 0x80070005.
80070005 | 0x80070005
TS2345 | error TS2345: Argument
ts2345 | (TS2345)
2345 | TS2345
--no-verify | git commit --no-verify
no-verify | --no-verify
no verify | --no-verify
-x | run -x now
ada@example.org | mail ada@example.org today
ada | ada@example.org
example.org | ada@example.org
https://example.org/a/b?x=1 | see https://example.org/a/b?x=1
example.org | https://example.org/a/b
docs.python.org | https://docs.python.org/3/library/re.html
C++ | written in C++17 and C++
C++ | C++.
C# | in C#,
F# | in F#
.NET | on .NET 8
.net core | .NET Core
dotnet | .NET
node.js | uses Node.js 20
nodejs | uses Node.js
node | node.js
Next.js | nextjs app
next.js | Next.js 15
vue3 | Vue 3
python3 | Python 3
python 3 | python3
utf-8 | UTF8
utf8 | UTF-8
Python | Pythonで書いた
python | Pythonで書いた
書いた | Pythonで書いた
PostgreSQL | 使用PostgreSQL作为主数据库
postgresql | 使用PostgreSQL作为
v2 | 使用v2版本
版本 | v2版本
第3章 | 第3章を読む
3章 | 第3章
第三章 | 第三章
章 | 第3章
iPhone15 | iPhone15の
iphone 15 | iPhone15のケース
iphone15 | iPhone 15
iPhone | iPhone15の
ケース | iPhone15のケース
ｉＰｈｏｎｅ | iPhone15
ﾃﾞｰﾀﾍﾞｰｽ | データベース
データ・ベース | データベース
サーバ | サーバー
コンピュータ | コンピューター
한국어 | 한국어를 공부한다
데이터베이스 | 데이터베이스를 사용한다
데이터베이스를 | 데이터베이스는
배포 스크립트 | 배포스크립트가
서버 | 서버에서
Αθήνα | ΑΘΗΝΑ
αθηνα | Αθήνα
Москва | москва
сервере | на сервере
ёлка | елка
елка | ёлка
сервер | на сервере
сервера | серверы
الكتاب | كتاب
كتاب | كِتَاب
مدرسة | المدرسة
ספר | הספר
ספר | סֵפֶר
ภาษาไทย | ฉันพูดภาษาไทย
ไทย | ภาษาไทย
café | cafe
cafe | café
Zürich | zurich
strasse | Straße
straße | STRASSE
Ångström | angstrom
naive | naïve
résumé | resume
Łódź | lodz
Ørsted | orsted
œuvre | oeuvre
İstanbul | istanbul
istanbul | İstanbul
🚀 | launch 🚀 day
launch | launch🚀day
Ada's | Ada
co-worker | coworker
coworker | co-worker
e-mail | email
email | e-mail
roll-out | rollout
back-end | backend
precommit | pre-commit
follow up | follow-up
colour | color
favourite | favorite
organise | organize
organisation | organization
behaviour | behavior
analyse | analyze
centre | center
cancelled | canceled
travelling | traveling
went | go
bought | buy
taught | teach
children | child
mice | mouse
running | run
ran | run
authentication | authenticate
authenticated | authentication
deployment | deploying
deployed | deploy
configure | configuration
database | databases
indices | index
queries | query
caches | caching
cached | cache
migration | migrate
analysis | analyses
#42 | see #42
issue 42 | #42
PR #11 | PR #11 opened
$HOME | export HOME
@ada | ping @ada
k8s | k8s cluster
i18n | i18n
a11y | a11y
CI/CD | ci/cd pipeline
ci | CI/CD
TCP/IP | tcp/ip
and/or | either and/or
R&D | R&D budget
AT&T | AT&T
Q&A | Q&A
3rd | the 3rd
10k | 10K users
1,000 | 1000 users
1000 | 1,000 users
50% | 50 %
5GB | 5 GB
200ms | 200 ms
2026-11-20 | on 2026-11-20T10:30:00
2026-11 | 2026-11-20
10:30 | at 10:30
std::vector | a std::vector<int>
vector | std::vector<int>
List<String> | List<String> x
foo->bar | foo->bar()
foo.bar | self.foo.bar()
self.foo | self.foo.bar
useState | React.useState hook
React.useState | useState
sha 9f3ab21 | 9f3ab21c
libssl3 | libssl3.so
GPT-4 | GPT4
gpt4 | GPT-4
GPT 4 | GPT-4o
IPv6 | ipv6
OAuth2 | oauth 2
oauth | OAuth2
OAuth | oauth
JSONSchema | json schema
TypeScript | typescript
typescript | TypeScript
PostgreSQL | postgresql
postgres | PostgreSQL
GitHub | github
github | GitHub
JavaScript | javascript
YouTube | youtube
macOS | macos
McDonald | mcdonald
iOS | ios
"""

APART = r"""
deploy | employ
1.10 | 1.1
1.10.2 | 11.0.2
v2 | v3
E1234 | E1235
TS2345 | TS2346
C++ | C#
-x | -y
issue 42 | issue 43
src/api | srcapi
数据 | 据数
ad hoc | adhoc
10 | 1.10
news | new
universe | reverse
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [(query, note) for query, _, note in (line.partition(" | ") for line in table.strip().splitlines())]


def shared(query: str, note: str) -> set[str]:
    return set(analyze(query, query=True)) & set(analyze(note))


@pytest.mark.parametrize(("query", "note"), pairs(FORMS))
def test_one_form_finds_the_other(query: str, note: str) -> None:
    assert shared(query, note)


@pytest.mark.parametrize(("query", "note"), pairs(APART))
def test_what_is_different_stays_apart(query: str, note: str) -> None:
    tokens = set(analyze(query, query=True))
    assert tokens
    assert shared(query, note) < tokens
