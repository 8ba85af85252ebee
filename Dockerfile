FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml ./
COPY .mvn .mvn
COPY backend/pom.xml backend/
# The libraries change seldom: their layer is made of the poms alone.
RUN --mount=type=cache,target=/m2 mvn -q -B -Dmaven.repo.local=/m2 -pl backend dependency:go-offline
COPY db db
COPY frontend frontend
COPY runtimes runtimes
COPY backend/src/main backend/src/main
RUN --mount=type=cache,target=/m2 mvn -q -B -Dmaven.repo.local=/m2 -Dmaven.test.skip=true -Dspotless.check.skip=true package
RUN java -Djarmode=tools -jar backend/target/tidewright.jar extract --layers --destination /layers \
    && test -f /layers/application/tidewright.jar

FROM eclipse-temurin:25-jre AS app
# Workloads of the local cluster are Python programs in environments of their own.
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/tidewright --create-home tidewright
WORKDIR /opt/tidewright
COPY --from=build /layers/dependencies/ ./
COPY --from=build /layers/application/ ./
# Not -XX:MaxRAMPercentage: most of the memory is for workloads. Two lines at each start that nobody can use are left out.
ENTRYPOINT ["java", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", "-Xlog:aot*=error", "-XX:AOTCache=app.aot", "-jar", "tidewright.jar"]

# A training run that stops when the application is wired up. It needs a database: the embedded one, thrown away with
# this stage. The cache only fits this very JDK, class path and collector, so it is made here and nowhere else.
FROM app AS train
USER tidewright
ENV TIDEWRIGHT_HOME=/tmp/train
RUN java -XX:+UseG1GC -Xlog:aot*=error -XX:AOTCacheOutput=/tmp/app.aot -Dspring.context.exit=onRefresh -jar tidewright.jar \
    && java -XX:+UseG1GC -XX:AOTMode=on -XX:AOTCache=/tmp/app.aot -cp tidewright.jar -version

FROM app
COPY --from=train /tmp/app.aot ./app.aot
USER tidewright
ENV TIDEWRIGHT_HOME=/var/lib/tidewright \
    TIDEWRIGHT_ADDRESS=0.0.0.0
VOLUME /var/lib/tidewright
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=90s --retries=6 \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/actuator/health/readiness', timeout=2)"]
