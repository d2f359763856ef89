"""Every way in which people type secrets into a chat."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.observability.redaction import REDACTED, redact

SECRET = "hunter2Correct"
TYPED = [
    "kubectl create secret generic db --from-literal=username=admin --from-literal=password={}",
    "kubectl create secret generic db --from-literal password={}",
    "kubectl create secret generic db --from-literal='password={}'",
    'kubectl create secret generic db --from-literal="password={} and more"',
    "kubectl create secret generic db --from-literal=“password={}”",
    "kubectl create secret generic db —from-literal=anything={}",
    "kubectl create secret generic db anything={}",
    "create secret docker-registry r --docker-username=u --docker-password={}",
    "helm install x y --set auth.password={}",
    "helm install x y --set a=b,auth.password={},c=d",
    "helm install x y --set 'auth.password={} b'",
    'helm install x y --set "kubecostToken={}"',
    'helm install x y --set kubecostToken="{}"',
    "helm install x y --set-string client.secret={}",
    'kubectl patch secret db -p \'{{"stringData":{{"username":"{}"}}}}\'',
    'kubectl patch secret db -p \'{{"data":{{"x":"{}"}}}}\'',
    'kubectl patch deploy app -p \'{{"spec":{{"password":"{}"}}}}\' -n prod',
    "kubectl patch deploy app -p “{{“password”: “{}”}}”",
    'kubectl patch deploy app -p "{{\\"password\\":\\"{} x\\"}}"',
    'patch deploy app -p \'{{"env":[{{"name":"DB_PASSWORD","value":"{}"}}]}}\'',
    'patch deploy app -p \'{{"env":[{{"value":"{}","name":"DB_PASSWORD"}}]}}\'',
    'patch secret db --type=json -p \'[{{"op":"replace","path":"/data/password","value":"{}"}}]\'',
    "rollout undo deploy/app --token {}",
    "rollout undo deploy/app --token={}",
    "rollout undo deploy/app --password '{} with space'",
    "rollout undo deploy/app ——token={}",
    "rollout undo deploy/app －－token＝{}",
    "rollout undo deploy/app --tok\N{ZERO WIDTH SPACE}en={}",
    "AWS_SECRET_ACCESS_KEY={} kubectl get pods",
    "export AWS_SESSION_TOKEN='{}'",
    "kubectl annotate deploy/app example.com/db-password={} --overwrite",
    "annotate deploy/app 'api-token={} x'",
    "label pod/app-1 secret={}",
    "annotate deploy/app smtp-auth={}",
    "annotate deploy/app 'smtp-auth={} x'",
    "annotate deploy/app example.com/auth-header={} --overwrite",
    "label deploy/app tier=web smtp_auth={}",
    "set env deploy/app SMTP_AUTH={} LOG_LEVEL=debug",
    "set env deploy/app AUTH={}",
    "set env deploy/app -e SMTP_AUTH={}",
    "set env deploy/app --env=SMTP_AUTH={}",
    "set env deploy/app DB_PW={}",
    "annotate deploy/app db_pw={}",
    "annotate deploy/app my-secret-thing={}",
    "annotate deploy/app dsn={}",
    "annotate deploy/app dsn=postgres://u:{}@h",
    "annotate deploy/app sentry-dsn=https://{}@sentry.example.com/1",
    "annotate deploy/app note=https://{}@charts.example.com/x",
    "set env deploy/app SESSION_KEY={}",
    "annotate deploy/app session-key={}",
    "annotate deploy/app sessionkey={}",
    "smtp-auth={}",
    "tier=web old- smtp-auth={}",
    "old- DB_PW={}",
    'patch deploy app -p \'{{"metadata":{{"annotations":{{"smtp-auth":"{}"}}}}}}\'',
    "set env deploy/app DB_PASSWORD={}",
    "set env deploy/app 'DB_PASSWORD={} x'",
    "set env deploy/app SECRET_KEY_BASE={}",
    'set env deploy/app API_KEY="{}"',
    "curl -H 'Authorization: Bearer {}' x",
    "curl -H 'Authorization: Basic {}' x",
    "authorization: {}",
    "curl -H 'X-Api-Key: {}' x",
    "curl -u admin:{} https://x",
    "helm repo add x https://user:{}@charts.example.com",
    "helm repo add x <https://user:{}@charts.example.com|https://user:{}@charts.example.com>",
    "set env deploy/app DB=postgres://u:{}@db:5432/x",
    "set env deploy/app DB=postgres://u:{}/slash@db:5432/x",
    "the password is {}",
    "password: {}",
    "password for db is {}",
    "the new token is now {}",
    "パスワードは{}",
    "パスワード：{}",
    "--password={} and --token={}",
    "rollout undo app --password \\\n  {}",
    "kubectl create secret generic db \\\n  --from-literal=password={} \\\n  -n prod",
    "curl --cookie x -H 'Cookie: session={}; a=b' https://x",
    "https://b.s3.amazonaws.com/k?X-Amz-Signature={}&amp;x=1",
    "https://x.io/?a=b&amp;access_token={}&amp;c=d",
    "kind: Secret\nstringData:\n  username: {}",
    "data:\n  username: {}\nkind: Secret",
    "password: |\n  {}",
    "`rollout undo app --token={}`",
    "rollout undo app --token={}\\ with\\ space{}",
]


@pytest.mark.parametrize("typed", TYPED)
def test_the_secret_is_gone_and_the_rest_is_left(typed: str) -> None:
    line = typed.replace("{}", SECRET).replace("{{", "{").replace("}}", "}")
    redacted = redact(line)
    assert SECRET not in redacted
    assert REDACTED in redacted
    assert redacted.split()[0].startswith(line.split()[0][:5]) or REDACTED in redacted.split()[0]


@pytest.mark.parametrize("typed", TYPED)
@given(secret=st.text("abcXYZ0123456789!@#$%^*+/_.,;~?", min_size=8, max_size=30).map("q".__add__))
def test_whatever_the_secret_is(typed: str, secret: str) -> None:
    line = typed.replace("{}", secret.replace("/", "") if "://" in typed else secret)
    shown = line.replace("{{", "{").replace("}}", "}")
    assert secret not in redact(shown)
    assert secret not in redact(html.escape(shown, quote=False))


SHAPES = [
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl-x_y",
    "k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8",
    "xoxb" + "-1234567890-abcdefghij",
    "xapp" + "-1-A0123-4567-abcdef",
    "ghp" + "_0123456789abcdefghijABCDEFGHIJ012345",
    "github_pat" + "_11ABCDEFG0123456789_abcdefghijklmnop",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA",
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("around", ["{}", "use {} please", "x={}", '"{}"', "<https://x/?a={}>"])
def test_well_known_shapes_are_secrets_anywhere(shape: str, around: str) -> None:
    redacted = redact(around.format(shape))
    assert shape.splitlines()[-1][:20] not in redacted
    assert shape not in redacted


def test_a_secret_key_beside_its_key_id_is_found_without_a_name() -> None:
    key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    assert key not in redact("AKIA" + f"IOSFODNN7EXAMPLE {key}")


def test_a_value_that_looks_like_a_secret_is_one_in_an_environment() -> None:
    assert "Zm9vYmFyQmF6UXV4MTIz" not in redact("set env deploy/app STRIPE=Zm9vYmFyQmF6UXV4MTIz")


def test_and_one_in_an_annotation() -> None:
    assert "Zm9vYmFyQmF6UXV4MTIz" not in redact("kubectl annotate deploy/app stripe=Zm9vYmFyQmF6UXV4MTIz")
