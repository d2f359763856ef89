# Kajitori in a container: no root, nothing writable but /data, nothing but Python packages whose hashes are known.
#   docker build -t kajitori:0.1.0 .
#   docker run --read-only --tmpfs /tmp -v kajitori:/data -v ./deploy:/etc/kajitori:ro --env-file slack.env kajitori:0.1.0
ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /src
# The packages of others first: they change more rarely than ours, and this layer is the slow one.
COPY requirements/run.txt requirements/run.txt
RUN python -m venv /opt/kajitori \
 && /opt/kajitori/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot/ bot/
COPY commands/ commands/
COPY playground/ playground/
RUN /opt/kajitori/bin/pip install --no-cache-dir --disable-pip-version-check --no-index --no-deps --no-build-isolation . \
 && /opt/kajitori/bin/python -m compileall -q -j 0 /opt/kajitori/lib

FROM python:${PYTHON}
COPY --from=build /opt/kajitori /opt/kajitori
# A number, because Kubernetes' runAsNonRoot cannot look names up.
RUN install -d -o 65532 -g 65532 -m 0700 /data
ENV PATH=/opt/kajitori/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/data \
    KAJITORI_DATA=/data \
    KAJITORI_CONFIG=/etc/kajitori/config.yaml \
    KAJITORI_HTTP_HOST=0.0.0.0
WORKDIR /data
USER 65532:65532
VOLUME /data
EXPOSE 3000
# The bot handles SIGTERM and waits for its own children, so that it may be process 1.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3000/healthz', timeout=2)"]
ENTRYPOINT ["kajitori"]
CMD ["run"]
