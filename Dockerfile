# One image: web and worker over one SQLite file. It writes to /data and to nothing else, so its root may be read-only:
#   docker run --read-only --tmpfs /tmp -v aanschuiven:/data -p 127.0.0.1:3000:3000 --env-file .env aanschuiven
# For the same image twice, name the base by its digest: --build-arg NODE=node:26-slim@sha256:…
ARG NODE=node:26-slim

FROM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# What we use in production runs nothing at its installation; so it may not, either.
RUN npm ci --omit=dev --ignore-scripts --no-audit --cache /tmp/npm

FROM ${NODE}
ARG VERSION=
ARG REVISION=
LABEL org.opencontainers.image.title="Aanschuiven" \
      org.opencontainers.image.description="Plans, fills and runs the webinars and meetings of a knowledge network" \
      org.opencontainers.image.licenses="EUPL-1.2" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY db ./db
COPY src ./src
COPY static ./static
COPY views ./views
# A number, so that whoever runs it can see that it is not root; what is in /app stays root's.
RUN mkdir --mode=0700 /data && chown 10001:10001 /data
USER 10001:10001
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
# The image has no curl, and needs none.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "--input-type=module", "--eval", "process.exit((await fetch(`http://127.0.0.1:${process.env.PORT}/readyz`)).ok ? 0 : 1)"]
# Node itself is process 1: it hears SIGTERM and stops within five seconds.
CMD ["node", "--max-semi-space-size=4", "--v8-pool-size=1", "--heap-growing-percent=20", "--no-allocation-site-pretenuring", "src/start.js"]
