package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.PodFields;
import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Readiness;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.springframework.util.unit.DataSize;

/**
 * The workloads behind the golden files. {@code dev/golden.py} asks for their manifests by this, lets a real cluster have
 * them, and keeps what it answers.
 */
@EnabledIfSystemProperty(named = "golden.manifests", matches = ".+")
class GoldenWorkloads {

    static final Name NAMESPACE = new Name("gold");

    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final String RUNTIME = "localhost/tidewright-runtime:dev";

    private static final String SERVER = """
            import http.server, os, sys, time
            began = time.time()
            class Answer(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    if %s: time.sleep(60)
                    self.send_response(503 if %s else 200)
                    self.end_headers()
                def log_message(self, *a): pass
            http.server.ThreadingHTTPServer(('', int(os.environ['PORT'])), Answer).serve_forever()
            """;

    static KubernetesSettings settings() {
        return new KubernetesSettings(
                "",
                "",
                "",
                RUNTIME,
                "gold",
                65532,
                Duration.ofSeconds(10),
                DataSize.ofGigabytes(10),
                DataSize.ofGigabytes(5),
                List.of(),
                Duration.ofMinutes(10),
                Map.of(),
                List.of());
    }

    @Test
    void write() throws IOException {
        var folder = Path.of(System.getProperty("golden.manifests"));
        var manifests = new Manifests(new Labels("gold"), settings(), Map.of());
        var fences = new NamespaceManifests(new Labels("gold"), new Openings(settings(), List.of()));
        var all = new TreeMap<String, HasMetadata>();
        batches().forEach(batch -> all.put(batch.id().name(), manifests.job(batch)));
        services().forEach(service -> all.put(service.id().name(), manifests.deployment(service)));
        all.put("namespace", fences.namespace(NAMESPACE));
        for (var fence : fences.fences(NAMESPACE, Resources.of("100m", "128Mi", null))) {
            all.put("fence-" + fence.getKind() + "-" + fence.getMetadata().getName(), fence);
        }
        for (var one : all.entrySet()) {
            Files.writeString(folder.resolve(one.getKey() + ".json"), Serialization.asJson(one.getValue()));
        }
    }

    private static List<Workload.Batch> batches() {
        var all = new ArrayList<>(List.of(
                python("completed", "print('done')"),
                python("exit-3", "import sys; print('reading'); print('no such column: age'); sys.exit(3)"),
                python("last-words", """
                        import os
                        words = '{"reason":"NOTEBOOK_FAILED","message":"cell 3 failed: KeyError: age"}'
                        open(os.environ['TIDEWRIGHT_TERMINATION_LOG'], 'w').write(words)
                        raise SystemExit(1)
                        """),
                python("json-log", """
                        print('{"level":"info","message":"reading"}')
                        print('{"level":"error","message":"no such column: age"}')
                        raise SystemExit(1)
                        """),
                python("signal", "import os; print('epoch 7'); os.kill(os.getpid(), 11)"),
                python("out-of-memory", "print('reading'); x = b'x' * (1 << 30)"),
                python("child-out-of-memory", """
                        import subprocess, sys
                        subprocess.run([sys.executable, '-c', 'x = b"x" * (1 << 30)'])
                        print('went on without it')
                        """),
                python("deleted", "import time; time.sleep(600)"),
                python("evicted", "import time; time.sleep(600)"),
                python("preempted", "import time; time.sleep(600)"),
                python("node-lost", "import time; time.sleep(600)"),
                python("node-gone", "import time; time.sleep(600)"),
                python("disk-full", "import time; open('x', 'wb').write(b'x' * (8 << 20)); time.sleep(600)"),
                python("forgotten", "print('done')"),
                python("forgotten-exit-3", "raise SystemExit(3)"),
                python("running", "import time; print('epoch 1', flush=True); time.sleep(600)"),
                python("selector", "print('done')"),
                python("taint", "print('done')"),
                python("gated", "print('done')"),
                python("pod-security", "print('done')"),
                python("over-quota", "print('done')"),
                python("slow-mount", "print('done')"),
                batch("command-not-found", new Program.Command(List.of("no-such-program-9")), small(), null),
                batch("start-error", image(RUNTIME, "/no/such/command"), small(), null),
                batch("start-error-path", image(RUNTIME, "no-such-program-9"), small(), null),
                batch("not-executable", image(RUNTIME, "/etc/passwd"), small(), null),
                batch("deadline", command("import time; time.sleep(600)"), small(), Duration.ofSeconds(3)),
                batch("image-deadline", image("localhost:5999/absent:1"), small(), Duration.ofSeconds(5)),
                batch("cpu-128", command("0"), Resources.of("128", "64Mi", null), null),
                batch("gpu", command("0"), Resources.of("100m", "64Mi", Map.of("nvidia.com/gpu", 2L)), null),
                batch("holder", command("import time; time.sleep(600)"), Resources.of("10m", "20Gi", null), null),
                batch("no-room", command("0"), Resources.of("10m", "8Gi", null), null)));
        List.of("absent", "private", "denied", "arm", "limited", "broken", "slow")
                .forEach(
                        name -> all.add(batch("image-" + name, image("localhost:5999/" + name + ":1"), small(), null)));
        all.add(batch("image-unknown-host", image("registry.invalid/team/model:1"), small(), null));
        all.add(batch("image-refused", image("localhost:5998/team/model:1"), small(), null));
        all.add(batch("image-invalid", image("localhost/UPPER:1"), small(), null));
        all.add(new Workload.Batch(
                id("job", "missing-secret"),
                new Program(command("0"), Map.of(), Map.of("TOKEN", "s3cr3t")),
                small(),
                GRACE,
                null));
        all.add(new Workload.Batch(
                id("job", "image-no-secret"),
                new Program(
                        image("localhost:5999/private:1"),
                        Map.of(),
                        Map.of(),
                        PodFields.of(null, null, List.of("registry-token"))),
                small(),
                GRACE,
                null));
        return all;
    }

    private static List<Workload.Service> services() {
        return List.of(
                service("ready", SERVER.formatted("False", "False"), 1),
                service("crash-loop", "print('cannot find model.bin'); raise SystemExit(7)", 1),
                service("starting-503", SERVER.formatted("False", "True"), 1),
                service("starting-refused", "import time; time.sleep(600)", 1),
                service("starting-silent", SERVER.formatted("True", "False"), 1),
                service("unready", SERVER.formatted("False", "8 < time.time() - began"), 1),
                service("unready-silent", SERVER.formatted("8 < time.time() - began", "False"), 1),
                service(
                        "restarted",
                        "import os, time; p = 'x'; f = os.path.exists(p); open(p, 'w')\n"
                                + "if not f: raise SystemExit('first try')\ntime.sleep(600)",
                        1),
                service("draining", SERVER.formatted("False", "False"), 2),
                service("service-over-quota", SERVER.formatted("False", "False"), 2),
                service("service-pod-security", SERVER.formatted("False", "False"), 1),
                new Workload.Service(
                        id("revision", "service-image"),
                        new Program(image("localhost:5999/absent:1"), Map.of(), Map.of()),
                        small(),
                        GRACE,
                        1,
                        Readiness.path("/health"),
                        Duration.ofSeconds(20)));
    }

    private static Workload.Batch python(String name, String script) {
        return batch(name, command(script), small(), null);
    }

    private static Workload.Batch batch(
            String name, Program.Entry entry, Resources resources, @Nullable Duration deadline) {
        return new Workload.Batch(id("job", name), new Program(entry, Map.of(), Map.of()), resources, GRACE, deadline);
    }

    private static Workload.Service service(String name, String script, int replicas) {
        return new Workload.Service(
                id("revision", name),
                new Program(command(script), Map.of(), Map.of()),
                small(),
                GRACE,
                replicas,
                Readiness.path("/health"),
                Duration.ofSeconds(20));
    }

    private static Program.Entry command(String script) {
        return new Program.Command(List.of("python3", "-c", script));
    }

    private static Program.Entry image(String reference, String... command) {
        return new Program.Image(reference, List.of(command));
    }

    private static Resources small() {
        return Resources.of("10m", "64Mi", null);
    }

    private static WorkloadId id(String kind, String name) {
        return new WorkloadId(NAMESPACE, kind, name);
    }
}
