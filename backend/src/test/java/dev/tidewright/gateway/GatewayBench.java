package dev.tidewright.gateway;

import com.sun.management.OperatingSystemMXBean;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What the gateway adds: one caller on a kept connection posts a small prediction request directly and through the
 * gateway, in turns A B B A, each turn after a warm-up. Prints one JSON line per figure. Arguments: rounds (5) and
 * requests per turn (4000). Caller, gateway and replica share this process, so the CPU seconds of a path are those of
 * all parts of it; the gateway's own are the difference. Run it with the test class path: {@code mvn -pl backend
 * test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath}, then {@code java -cp
 * backend/target/test-classes:backend/target/classes:$(cat backend/target/classpath)} and this class.
 */
final class GatewayBench {

    private static final String BODY = "{\"features\": [0.03, 0.05, 0.06, 0.02, -0.04, -0.03, -0.04, -0.002, 0.01]}";
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private GatewayBench() {}

    public static void main(String[] arguments) throws Exception {
        var rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        var count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 4_000;
        var vertx = Vertx.vertx();
        var replica = replica(vertx);
        var home = Files.createTempDirectory("gateway-bench");
        try (var gateway = RunningGateway.in(home)) {
            gateway.publish(RunningGateway.open(
                    "bench", new dev.tidewright.serving.Route.Target(1, "127.0.0.1", replica.actualPort())));
            var direct = new Path("direct", replica.actualPort(), "/predict", rounds * 2 * count);
            var through = new Path("gateway", gateway.gateway.port(), "/demo/bench/predict", rounds * 2 * count);
            direct.run(5 * count, false);
            through.run(5 * count, false);
            for (int round = 0; round < rounds; round++) {
                direct.run(count, true);
                through.run(count, true);
                through.run(count, true);
                direct.run(count, true);
            }
            direct.print();
            through.print();
            for (var percent : new double[] {50, 95, 99}) {
                line("overhead_p" + (int) percent + "_ms", through.millis(percent) - direct.millis(percent));
            }
            line("overhead_cpu_s_per_1000", through.cpu() - direct.cpu());
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static HttpServer replica(Vertx vertx) throws Exception {
        var answer = Buffer.buffer("{\"predictions\": [152.1]}");
        return vertx.createHttpServer()
                .requestHandler(request -> request.body()
                        .onSuccess(body -> request.response()
                                .putHeader("Content-Type", "application/json")
                                .end(answer)))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static void line(String name, double value) {
        System.out.printf(Locale.ROOT, "{\"figure\": \"gateway_%s\", \"value\": %.4f}%n", name, value);
    }

    /** One way to the replica, and how long its requests took. */
    private static final class Path {
        private final String name;
        private final int port;
        private final byte[] request;
        private final long[] nanos;
        private int measured;
        private long cpuNanos;

        Path(String name, int port, String uri, int capacity) {
            this.name = name;
            this.port = port;
            this.nanos = new long[capacity];
            this.request = ("POST " + uri
                            + " HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: "
                            + BODY.length() + "\r\n\r\n" + BODY)
                    .getBytes(StandardCharsets.ISO_8859_1);
        }

        void run(int count, boolean keep) throws IOException {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setTcpNoDelay(true);
                var in = socket.getInputStream();
                var cpu = SYSTEM.getProcessCpuTime();
                for (int i = 0; i < count; i++) {
                    var start = System.nanoTime();
                    socket.getOutputStream().write(request);
                    answer(in);
                    if (keep) {
                        nanos[measured++] = System.nanoTime() - start;
                    }
                }
                cpuNanos += keep ? SYSTEM.getProcessCpuTime() - cpu : 0;
            }
        }

        private static void answer(InputStream in) throws IOException {
            var buffer = new byte[4096];
            var text = "";
            while (!text.endsWith("[152.1]}")) {
                var count = in.read(buffer);
                if (count < 0) {
                    throw new IOException("closed after: " + text);
                }
                text += new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
            }
            if (!text.startsWith("HTTP/1.1 200")) {
                throw new IOException("answered: " + text);
            }
        }

        double millis(double percent) {
            var sorted = Arrays.copyOf(nanos, measured);
            Arrays.sort(sorted);
            return sorted[(int) Math.min(measured - 1, Math.round(measured * percent / 100))] / 1e6;
        }

        double cpu() {
            return cpuNanos / 1e9 / measured * 1_000;
        }

        void print() {
            for (var percent : new double[] {50, 95, 99}) {
                line(name + "_p" + (int) percent + "_ms", millis(percent));
            }
            line(name + "_cpu_s_per_1000", cpu());
            line(name + "_requests", measured);
        }
    }
}
