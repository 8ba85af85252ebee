package dev.tidewright.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.TestInstallation;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

@IntegrationTest
class ArtifactsIT {

    @LocalServerPort
    private int port;

    @Autowired
    private Artifacts artifacts;

    @Autowired
    private Uploads uploads;

    @Autowired
    private JdbcClient jdbc;

    private TestApi api;
    private Name namespace;

    @BeforeEach
    void makeNamespace() {
        api = TestApi.admin(port);
        namespace = Name.of(api.namespace("{\"storage\":\"100k\"}"));
    }

    @Test
    void theSameBytesAreOneBlobAndArePaidOnce() throws IOException {
        var one = owner();
        var two = owner();
        var text = unique(1000);
        var first = store(one, "a/x.txt", text);
        assertThat(first.fresh()).isTrue();
        assertThat(store(one, "a/x.txt", text).fresh()).isFalse();
        store(one, "b.txt", text);
        artifacts.copy(namespace, one, two, "a");
        assertThat(artifacts.list(one)).extracting(Stored::path).containsExactly("a/x.txt", "b.txt");
        assertThat(artifacts.list(two)).extracting(Stored::path).containsExactly("x.txt");
        assertThat(storage()).isEqualTo(1000);

        artifacts.delete(one);
        assertThat(storage()).isEqualTo(1000);
        assertThat(artifacts.open(two, "x.txt")).hasContent(text);
        artifacts.delete(two);
        assertThat(storage()).isZero();
    }

    @Test
    void replacingAFileChargesTheDifference() {
        var owner = owner();
        store(owner, "x", unique(1000));
        store(owner, "x", unique(300));
        assertThat(storage()).isEqualTo(300);
    }

    @Test
    void overTheQuotaNothingIsKept() {
        var owner = owner();
        var text = unique(100_001);
        assertThatThrownBy(() -> store(owner, "x", text)).isInstanceOf(Refusal.OverQuota.class);
        assertThat(artifacts.list(owner)).isEmpty();
        assertThat(storage()).isZero();
        assertThat(blob(digest(text))).doesNotExist();
    }

    @Test
    void manyAtOnceAreAllKeptAndPaidOnce() throws Exception {
        var owner = owner();
        var text = unique(500);
        var results = new ArrayList<Future<Stored>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 32; i++) {
                var path = "f" + i % 8;
                results.add(threads.submit(() -> store(owner, path, text)));
            }
        }
        for (var result : results) {
            assertThat(result.get().size()).isEqualTo(500);
        }
        assertThat(artifacts.list(owner)).hasSize(8);
        assertThat(storage()).isEqualTo(500);
    }

    /** A copy counts nothing and locks no account, so what deletes or replaces its source must wait for it. */
    @Test
    void aCopyWhileItsSourceGoesIsPaidAsLongAsItIsThere() throws Exception {
        var text = unique(500);
        for (var round = 0; round < 30; round++) {
            var source = owner();
            var copy = owner();
            store(source, "f", text);
            var replaced = round % 2 == 0;
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                threads.submit(() -> artifacts.copy(namespace, source, copy, ""));
                threads.submit(() -> {
                    if (replaced) {
                        store(source, "f", "other");
                    } else {
                        artifacts.delete(source);
                    }
                });
            }
            assertThat(storage())
                    .as("round %s", round)
                    .isEqualTo(Stream.concat(artifacts.list(source).stream(), artifacts.list(copy).stream())
                            .mapToLong(Stored::size)
                            .sum());
            artifacts.delete(copy);
            artifacts.delete(source);
            assertThat(storage()).isZero();
        }
    }

    @Test
    void collectsOldBytesThatNobodyRefersToAndNoOthers() throws IOException {
        var owner = owner();
        var used = store(owner, "used", unique(36)).digest();
        var gone = owner();
        var orphan = store(gone, "orphan", unique(36)).digest();
        var young = store(gone, "young", unique(36)).digest();
        artifacts.delete(gone);
        var old = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
        Files.setLastModifiedTime(blob(used), old);
        Files.setLastModifiedTime(blob(orphan), old);

        artifacts.collectGarbage();
        assertThat(blob(used)).exists();
        assertThat(blob(young)).exists();
        assertThat(blob(orphan)).doesNotExist();
    }

    @Test
    void uploadsExpireADayAfterTheirLastUseWhileWhatWasMadeOfThemStays() {
        var upload = uploads.receive(namespace, "train.py", body("print(1)"), -1, null, Actor.user("ana"));
        var owner = owner();
        assertThat(uploads.take(namespace, upload.id(), owner).path()).isEqualTo("train.py");
        uploads.expire();
        assertThat(uploads.require(namespace, upload.id())).isNotNull();

        jdbc.sql("UPDATE upload SET used_at = used_at - interval '25 hours' WHERE id = ?")
                .param(upload.id())
                .update();
        uploads.expire();
        assertThatThrownBy(() -> uploads.require(namespace, upload.id())).isInstanceOf(Refusal.NotFound.class);
        assertThat(artifacts.open(owner, "train.py")).hasContent("print(1)");
    }

    @Test
    void uploadsTellWhatTheyUnderstoodAndRefuseTheRest() {
        var uploadsPath = "/api/v1/namespaces/" + namespace + "/uploads?fileName=";
        var id = api.upload(namespace.value(), "train.py", "print('x')".getBytes(StandardCharsets.UTF_8));
        var shown = api.get("/api/v1/namespaces/" + namespace + "/uploads/" + id);
        assertThat(shown.json().path("kind").asString()).isEqualTo("SCRIPT");
        assertThat(shown.json().path("digest").asString()).startsWith("sha256:");
        assertThat(api.get("/api/v1/namespaces/" + api.namespace() + "/uploads/" + id)
                        .status())
                .isEqualTo(404);

        var broken = api.post(uploadsPath + "train.ipynb", "{\"nbformat\":");
        assertThat(broken.status()).isEqualTo(422);
        assertThat(broken.code()).isEqualTo("invalid-notebook");
        var pictures = "{\"cells\":[{}],\"metadata\":{\"p\":\"" + "x".repeat(2 << 20)
                + "\"},\"nbformat\":4,\"nbformat_minor\":5}";
        var large = api.post("/api/v1/namespaces/" + api.namespace() + "/uploads?fileName=large.ipynb", pictures);
        assertThat(large.status()).as(large.code()).isEqualTo(201);
        var lie = api.post(uploadsPath + "a.py", "x", "X-Content-Digest", "sha256:" + "0".repeat(64));
        assertThat(lie.status()).isEqualTo(422);
        assertThat(lie.code()).isEqualTo("digest-mismatch");
        var noDigest = api.post(uploadsPath + "a.py", "x", "X-Content-Digest", "md5:1");
        assertThat(field(noDigest)).isEqualTo("X-Content-Digest");
        var noName = api.post("/api/v1/namespaces/" + namespace + "/uploads", "x");
        assertThat(noName.status()).isEqualTo(400);
        assertThat(field(noName)).isEqualTo("fileName");
        for (var name : new String[] {"", "n".repeat(253) + ".py", "a%00b.py", "a%0Ab.py", ".."}) {
            var misnamed = api.post(uploadsPath + name, "x");
            assertThat(misnamed.status()).as("%s", misnamed).isIn(400, 422);
            assertThat(field(misnamed)).isIn("fileName", "query");
        }
        assertThat(api.member(namespace.value(), "VIEWER")
                        .post(uploadsPath + "a.py", "x")
                        .status())
                .isEqualTo(403);
        assertThat(api.post(uploadsPath + "..%2f..%2fevil.py", "x")
                        .json()
                        .path("fileName")
                        .asString())
                .isEqualTo("evil.py");
    }

    /** What {@code curl -F file=@train.py} sends, with and without a name in the address. */
    @Test
    void aFormWithAFileIsAnUploadToo() {
        var form = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"train.py\"\r\n"
                + "Content-Type: text/x-python\r\n\r\nprint(1)\r\n--B--\r\n";
        var path = "/api/v1/namespaces/" + namespace + "/uploads";
        var made = api.post(path, form, "Content-Type", "multipart/form-data; boundary=B");
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(made.json().path("fileName").asString()).isEqualTo("train.py");
        var named = api.post(path + "?fileName=a.py", form, "Content-Type", "multipart/form-data; boundary=B");
        assertThat(named.status()).as(named.toString()).isEqualTo(201);
        assertThat(named.json().path("fileName").asString()).isEqualTo("a.py");
        var other =
                api.post(path, form.replace("\"file\"", "\"data\""), "Content-Type", "multipart/form-data; boundary=B");
        assertThat(other.status()).as(other.toString()).isEqualTo(400);
        assertThat(field(other)).isEqualTo("file");
        var cut = api.post(path, form.substring(0, 60), "Content-Type", "multipart/form-data; boundary=B");
        assertThat(cut.status()).as(cut.toString()).isEqualTo(400);
    }

    @Test
    void anArchiveThatTheNamespaceHasNoRoomForIsUnpackedNowhere() throws IOException {
        var first = unique(60_000);
        var second = unique(60_000);
        var upload = uploads.receive(
                namespace, "m.zip", new ByteArrayInputStream(zip(first, second)), -1, null, Actor.user("ana"));
        assertThatThrownBy(() -> uploads.unpack(namespace, upload.id(), owner(), ""))
                .isInstanceOf(Refusal.OverQuota.class)
                .hasMessageContaining("storage");
        assertThat(blob(digest(first))).doesNotExist();
        assertThat(blob(digest(second))).doesNotExist();

        // What is paid for already costs nothing more.
        store(owner(), "known", first);
        var again =
                uploads.receive(namespace, "m.zip", new ByteArrayInputStream(zip(first)), -1, null, Actor.user("ana"));
        assertThat(uploads.unpack(namespace, again.id(), owner(), "")).hasSize(1);
    }

    private static byte[] zip(String... contents) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var content : contents) {
                zip.putNextEntry(new ZipEntry(content.substring(0, 8)));
                zip.write(content.getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static String field(TestApi.Answer answer) {
        return answer.json().at("/errors/0/field").asString();
    }

    @Test
    void aBodyThatEndsBeforeItsDeclaredLengthIsNotKept() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                var out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.US_ASCII)) {
            socket.setSoTimeout(20_000);
            out.write("POST /api/v1/namespaces/" + namespace + "/uploads?fileName=short.py HTTP/1.1\r\nHost: x\r\n"
                    + "Authorization: Bearer " + TestInstallation.ADMIN_TOKEN
                    + "\r\nContent-Type: text/x-python\r\nContent-Length: 100\r\n\r\nonly this");
            out.flush();
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        }
        assertThat(jdbc.sql("SELECT count(*) FROM upload WHERE namespace = ?")
                        .param(namespace.value())
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(storage()).isZero();
    }

    private Stored store(ArtifactOwner owner, String path, String text) {
        return artifacts.store(namespace, owner, path, body(text), text.length(), null, null);
    }

    private long storage() {
        return jdbc.sql(
                        "SELECT coalesce(sum(s.bytes), 0) FROM namespace n JOIN namespace_storage s ON s.namespace_id = n.id WHERE n.name = ?")
                .param(namespace.value())
                .query(Long.class)
                .single();
    }

    private static Path blob(Digest digest) {
        return TestInstallation.home()
                .resolve("artifacts/sha256")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex());
    }

    private static Digest digest(String text) {
        return Digest.of(Digest.algorithm().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static ArtifactOwner owner() {
        return new ArtifactOwner("test", UUID.randomUUID());
    }

    private static String unique(int size) {
        return UUID.randomUUID() + "x".repeat(Math.max(0, size - 36));
    }

    private static ByteArrayInputStream body(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
