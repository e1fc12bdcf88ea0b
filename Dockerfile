# Sallyport in a container: built where the compiler is, run where it is not.
#
#     docker build --tag sallyport .
#     docker run --read-only --cap-drop ALL --env JWT_SECRET_KEY --publish 8080:8080 \
#         --volume ./conf/sallyport.yaml:/etc/sallyport/sallyport.yaml:ro sallyport

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libevent-dev libssl-dev libhiredis-dev libnghttp2-dev libsqlite3-dev libyaml-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# Sources change more often than what they stand on; the dependencies keep a layer of their own.
COPY Package.swift Package.resolve[d] ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
# The Swift libraries go into the binary; of the system's, the next stage has the ones without headers.
RUN swift build --configuration release --static-swift-stdlib --product sallyport \
        -Xswiftc -enforce-exclusivity=unchecked -Xswiftc -use-ld=lld \
    && install -D --strip .build/release/sallyport /out/usr/local/bin/sallyport \
    && install -d --owner=10001 --group=10001 --mode=0700 /out/var/lib/sallyport

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libevent-2.1-7 libevent-core-2.1-7 libevent-extra-2.1-7 libevent-pthreads-2.1-7 \
        libssl3 libhiredis0.14 libnghttp2-14 libsqlite3-0 libyaml-0-2 libstdc++6 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /var/lib/sallyport sallyport
COPY --from=build /out/ /
USER 10001:10001
# Where an SQLite store and logs may be written: a volume where the root file system is read-only.
WORKDIR /var/lib/sallyport
VOLUME /var/lib/sallyport
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/sallyport"]
CMD ["serve", "--config", "/etc/sallyport/sallyport.yaml"]
# Ready means that requests can be answered: the store is reachable and the gate is not draining.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /.sallyport/health/ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' | cat >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
