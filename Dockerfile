# The programs without Python. The wheel has the report page and the comparison.
FROM debian:bookworm-slim AS build
COPY third_party/install /src/third_party/install
RUN /src/third_party/install build
COPY . /src
WORKDIR /src
RUN cmake --preset release \
  && cmake --build --preset release \
  && cmake --install build/release --component programs --prefix /out --strip

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="paceline" \
  org.opencontainers.image.description="Measures HTTP and LLM APIs at an exact request rate" \
  org.opencontainers.image.licenses="Apache-2.0"
# The base pins Debian's release, which gives security updates under the same version of a library.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates libbenchmark1debian libbrotli1 \
    libcurl4 libfmt9 libgnutls30 libhttp-parser2.9 libmicrohttpd12 libnghttp2-14 libpng16-16 \
    libsimdjson14 libsqlite3-0 libssl3 libuv1 \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --user-group --no-create-home paceline \
  && install --directory --owner=paceline /results
COPY --from=build /out/bin/paceline /out/bin/paceline_endpoint /out/bin/paceline_log /usr/local/bin/
USER 10001:10001
WORKDIR /results
ENTRYPOINT ["paceline"]
