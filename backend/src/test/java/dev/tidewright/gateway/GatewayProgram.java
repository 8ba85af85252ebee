package dev.tidewright.gateway;

import dev.tidewright.TestInstallation;
import dev.tidewright.TidewrightApplication;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The program with {@code TIDEWRIGHT_ROLE=gateway}: really a process, that can be killed and frozen. What it says is in
 * {@code target/gateway-….log}.
 */
final class GatewayProgram implements AutoCloseable {

    private final Path home;
    private final int port = TestInstallation.freePort();
    private final List<String> variables;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private Process process;

    private GatewayProgram(Path home, String database, List<String> variables) throws IOException {
        this.home = home;
        this.variables = variables;
        this.process = launch(database);
    }

    /** @param variables like {@code NAME=value} */
    static GatewayProgram start(Path home, String database, String... variables) throws IOException {
        Files.createDirectories(home);
        return new GatewayProgram(home, database, List.of(variables));
    }

    void startAgain(String database) throws IOException {
        process = launch(database);
    }

    private Process launch(String database) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                TidewrightApplication.class.getName()));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(Path.of("target", "gateway-" + home.getFileName() + ".log")
                                .toFile()));
        builder.environment().put("TIDEWRIGHT_ROLE", "gateway");
        builder.environment().put("TIDEWRIGHT_HOME", home.toString());
        builder.environment().put("TIDEWRIGHT_PORT", "0");
        builder.environment().put("TIDEWRIGHT_GATEWAY_PORT", String.valueOf(port));
        builder.environment().put("SPRING_DATASOURCE_URL", database);
        variables.forEach(variable -> builder.environment()
                .put(variable.substring(0, variable.indexOf('=')), variable.substring(variable.indexOf('=') + 1)));
        return builder.start();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path, String token) throws IOException, InterruptedException {
        return http.send(
                request(path).header("Authorization", "Bearer " + token).build(), BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> send(String path) {
        return http.sendAsync(request(path).build(), BodyHandlers.ofString());
    }

    /** Whether new connections are taken. */
    boolean accepts() {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Whether the table that it keeps on the disk has this text. */
    boolean keeps(String text) throws IOException {
        var file = home.resolve("gateway").resolve("routes.json");
        return Files.exists(file) && Files.readString(file).contains(text);
    }

    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    void terminate() {
        process.destroy();
    }

    boolean ended() throws InterruptedException {
        return process.waitFor(30, TimeUnit.SECONDS);
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        http.close();
    }
}
