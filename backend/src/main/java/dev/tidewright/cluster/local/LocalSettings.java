package dev.tidewright.cluster.local;

import dev.tidewright.kernel.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The embedded runtime.
 *
 * @param cpu cores that workloads may declare together, e.g. {@code "3.5"}; default: the machine's
 * @param memory memory that workloads may declare together, e.g. {@code "12Gi"}; default: 80 % of the machine's
 * @param gpu devices by resource name
 * @param python the Python (3.11 or newer) that runs supervisors and the launcher
 * @param tick how often files and processes are looked at while something runs
 * @param firstPort lowest port given to replicas; below the system's ephemeral range, so that no client socket takes one
 * @param lastPort highest port given to replicas
 * @param cacheSize what environments, models and downloads may take on disk; what was used longest ago goes, unless a
 *     workload uses it
 * @param passEnvironment variables of this process that programs get too; {@code *} at the end matches any rest. All
 *     others stay here, because they may be secrets
 */
@ConfigurationProperties("tidewright.local")
record LocalSettings(
        @Nullable String cpu,
        @Nullable String memory,
        @DefaultValue Map<String, Long> gpu,
        @DefaultValue("python3") String python,
        @DefaultValue("100ms") Duration tick,
        @DefaultValue("20000") int firstPort,
        @DefaultValue("29999") int lastPort,
        @DefaultValue("20GB") DataSize cacheSize,
        @DefaultValue LogSize serviceLog,

        @DefaultValue({
            "PATH",
            "LANG",
            "LC_*",
            "TZ",
            "SSL_CERT_*",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "PIP_*",
            "UV_*",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "no_proxy",
            "LD_LIBRARY_PATH"
        })
        List<String> passEnvironment,

        @DefaultValue BatchLogSize batchLog) {

    /** What is kept of a replica's log. */
    record LogSize(
            @DefaultValue("10MB") DataSize segment,
            @DefaultValue("5") int segments) {}

    /** What is kept of a batch's log; much more, since its beginning matters for as long as the job is known. */
    record BatchLogSize(
            @DefaultValue("20MB") DataSize segment,
            @DefaultValue("10") int segments) {}

    Resources capacity(int cores, long memoryBytes) {
        var mebibytes = (memoryBytes / 10 * 8) >> 20;
        return Resources.of(
                cpu == null ? Integer.toString(cores) : cpu, memory == null ? mebibytes + "Mi" : memory, gpu);
    }
}
