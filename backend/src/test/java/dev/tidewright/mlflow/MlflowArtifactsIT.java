package dev.tidewright.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

@IntegrationTest
class MlflowArtifactsIT {

    private static final String FILES = "/api/2.0/mlflow-artifacts/artifacts";
    private static final String MPU = "/api/2.0/mlflow-artifacts/mpu/";

    @LocalServerPort
    private int port;

    private TestApi admin;
    private String namespace;
    private MlflowApi mlflow;
    private String folder;
    private String run;

    @BeforeEach
    void begin() {
        admin = TestApi.admin(port);
        namespace = admin.namespace();
        mlflow = new MlflowApi(admin, namespace);
        run = mlflow.run("0", 1);
        folder = "0/" + run + "/artifacts";
    }

    @Test
    void filesAreWrittenListedReadAndDeleted() {
        assertThat(list(folder)).isEqualTo("{}");
        for (var path : List.of("x.txt", "model/MLmodel", "model/data/w.bin")) {
            put(folder + "/" + path, "{\"a\": \"content of " + path + "\"}");
        }
        assertThat(list(folder))
                .isEqualTo("{\"files\":[{\"path\":\"model\",\"is_dir\":true},"
                        + "{\"path\":\"x.txt\",\"is_dir\":false,\"file_size\":25}]}");
        assertThat(list(folder + "/model"))
                .isEqualTo("{\"files\":[{\"path\":\"MLmodel\",\"is_dir\":false,\"file_size\":33},"
                        + "{\"path\":\"data\",\"is_dir\":true}]}");
        assertThat(list(folder + "/x.txt")).isEqualTo("{}");
        var ofRun = mlflow.done(mlflow.get("artifacts/list", "run_id", run, "path", "model"));
        assertThat(ofRun.at("/files/0/path").asString()).isEqualTo("model/MLmodel");
        assertThat(ofRun.path("root_uri").asString()).isEqualTo("mlflow-artifacts:/" + folder);

        assertThat(read(folder + "/x.txt").text()).isEqualTo("{\"a\": \"content of x.txt\"}");
        var part = admin.get(FILES + "/" + folder + "/x.txt", "X-MLFLOW-WORKSPACE", namespace, "Range", "bytes=1-3");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("\"a\"");
        mlflow.missing(read(folder + "/model"));
        mlflow.missing(read(folder + "/none"));

        assertThat(admin.delete(FILES + "/" + folder + "/model", "X-MLFLOW-WORKSPACE", namespace)
                        .status())
                .isEqualTo(200);
        assertThat(list(folder)).doesNotContain("model");
    }

    /** Clients of 2.x put percent signs into the names of the images that they log. */
    @Test
    void aNameMayHaveAPercentSignAndMayNotHaveASemicolon() {
        var name = folder + "/images/k%25step%251%25timestamp%252.png";
        mlflow.done(admin.put(FILES + "/" + name, "png", "X-MLFLOW-WORKSPACE", namespace));
        assertThat(read(name).text()).isEqualTo("png");
        assertThat(list(folder + "/images").toString()).contains("k%step%1%timestamp%2.png");
        // The moment's first digits look like a control character, written by its number.
        put(folder + "/images/k%25step%251%25timestamp%251795441234567.png", "png");
        mlflow.invalid(part("create/" + folder, "{\"path\":\"semi;x.bin\",\"num_parts\":1}"));
    }

    /** As curl sends it where nothing is said of its type. */
    @Test
    void whatIsCalledAFormIsAFileToo() {
        var form = "application/x-www-form-urlencoded";
        mlflow.done(
                admin.put(FILES + "/" + folder + "/f", "a=1", "X-MLFLOW-WORKSPACE", namespace, "Content-Type", form));
        assertThat(read(folder + "/f").text()).isEqualTo("a=1");
    }

    @Test
    void aFilterMayBeLong() {
        var ids = "'" + "0".repeat(32) + "',";
        mlflow.done(mlflow.get("model-versions/search", "filter", "run_id IN (" + ids.repeat(600) + "'x')"));
    }

    @Test
    void noPathLeadsOutOfItsFolder() {
        for (var path : List.of(
                "/../../x",
                "/a/../../x",
                "/%2e%2e/x",
                "/a%2f..%2fx",
                "/%252e%252e/x",
                "//x",
                "/a//b",
                "/a\\b",
                "/..%5cx")) {
            var encoded = path.replace("\\", "%5C");
            for (var answer : List.of(
                    admin.put(FILES + "/" + folder + encoded, "x", "X-MLFLOW-WORKSPACE", namespace),
                    read(folder + encoded))) {
                // Some of these the server itself refuses to read.
                assertThat(answer.status()).as("%s", answer).isEqualTo(400);
                assertThat(answer.json().path("error_code").asString(""))
                        .as("%s", answer)
                        .isNotEmpty();
            }
        }
        for (var path : List.of("..", "../x", "a/../../x", "/etc/passwd", "a//b", "%2e%2e/x", "a\\b")) {
            mlflow.invalid(mlflow.get("artifacts/list", "run_id", run, "path", path));
            mlflow.invalid(admin.get(
                    FILES + "?path="
                            + java.net.URLEncoder.encode(folder + "/" + path, java.nio.charset.StandardCharsets.UTF_8),
                    "X-MLFLOW-WORKSPACE",
                    namespace));
        }
    }

    @Test
    void aFileComesInPartsWhereTheClientAsksForIt() {
        var begun = mlflow.done(part("create/" + folder + "/in", "{\"path\":\"/home/ana/large.bin\",\"num_parts\":3}"));
        var id = begun.path("upload_id").asString();
        assertThat(begun.at("/credentials/2/part_number").asInt()).isEqualTo(3);
        assertThat(begun.at("/credentials/0/headers/X-MLFLOW-WORKSPACE").asString())
                .isEqualTo(namespace);
        var etags = new String[3];
        for (var number : List.of(3, 1, 2)) {
            var url =
                    URI.create(begun.at("/credentials/" + (number - 1) + "/url").asString());
            var answer = admin.put(url.getPath(), "part " + number + ";", "X-MLFLOW-WORKSPACE", namespace);
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            etags[number - 1] = answer.etag();
        }
        mlflow.invalid(part("complete/" + folder + "/in", completion(id, etags[0], etags[1])));
        mlflow.invalid(part("complete/" + folder + "/in", completion(id, etags[1], etags[0], etags[2])));
        mlflow.missing(part("complete/" + folder + "/in", completion("0".repeat(32), etags)));
        var stranger = admin.member(admin.namespace(), "ADMIN");
        mlflow.missing(stranger.post(MPU + "complete/" + folder, completion(id, etags)));
        mlflow.missing(stranger.post(MPU + "create/" + folder, "{\"path\":\"x\",\"num_parts\":1}"));
        var viewer = admin.member(namespace, "VIEWER");
        mlflow.refused(403, "PERMISSION_DENIED", viewer.put(MPU + "parts/" + id + "/1", "x"));

        mlflow.done(part("complete/" + folder + "/in", completion(id, etags)));
        assertThat(read(folder + "/in/large.bin").text()).isEqualTo("part 1;part 2;part 3;");
        // Whoever did not hear the answer asks again, and hears it.
        mlflow.done(part("complete/" + folder + "/in", completion(id, etags)));
        mlflow.invalid(part("complete/" + folder + "/elsewhere", completion(id, etags)));
        mlflow.missing(stranger.post(MPU + "complete/" + folder + "/in", completion(id, etags)));
        var signed = admin.get(
                "/api/2.0/mlflow-artifacts/presigned/" + folder + "/in/large.bin", "X-MLFLOW-WORKSPACE", namespace);
        assertThat(mlflow.done(signed).path("file_size").asInt()).isEqualTo(21);
        assertThat(URI.create(signed.json().path("url").asString()).getPath())
                .isEqualTo(FILES + "/" + folder + "/in/large.bin");
        mlflow.missing(
                admin.get("/api/2.0/mlflow-artifacts/presigned/" + folder + "/none", "X-MLFLOW-WORKSPACE", namespace));

        for (var wrong : List.of(
                "{\"num_parts\":1}",
                "{\"path\":\"x\"}",
                "{\"path\":\"x\",\"num_parts\":0}",
                "{\"path\":\"..\",\"num_parts\":1}",
                "{\"path\":\"x\",\"num_parts\":3001}")) {
            mlflow.invalid(part("create/" + folder, wrong));
        }
        assertThat(part("create/" + folder + "/..%2f..", "{\"path\":\"x\",\"num_parts\":1}")
                        .status())
                .isEqualTo(400);
        mlflow.invalid(admin.put(MPU + "parts/" + id + "/0", "x", "X-MLFLOW-WORKSPACE", namespace));
    }

    @Test
    void partsThatAreNotWantedAnyMoreTakeNoRoom() {
        var before = admin.get("/api/v1/namespaces/" + namespace)
                .json()
                .at("/status/bars")
                .toString();
        var begun = mlflow.done(part("create/" + folder, "{\"path\":\"a.bin\",\"num_parts\":2}"));
        var id = begun.path("upload_id").asString();
        admin.put(MPU + "parts/" + id + "/1", "x".repeat(2_000_000), "X-MLFLOW-WORKSPACE", namespace);
        assertThat(admin.get("/api/v1/namespaces/" + namespace)
                        .json()
                        .at("/status/bars")
                        .toString())
                .isNotEqualTo(before);
        mlflow.done(part("abort/" + folder, "{\"path\":\"a.bin\",\"upload_id\":\"" + id + "\"}"));
        assertThat(admin.get("/api/v1/namespaces/" + namespace)
                        .json()
                        .at("/status/bars")
                        .toString())
                .isEqualTo(before);
        mlflow.missing(read(folder + "/a.bin"));
        mlflow.done(part("abort/" + folder, "{\"path\":\"a.bin\",\"upload_id\":\"" + id + "\"}"));
    }

    private TestApi.Answer part(String path, String json) {
        return admin.post(MPU + path, json, "X-MLFLOW-WORKSPACE", namespace);
    }

    private static String completion(String id, String... etags) {
        var parts = IntStream.range(0, etags.length)
                .mapToObj(index -> "{\"part_number\":" + (index + 1) + ",\"etag\":" + MlflowApi.quoted(etags[index])
                        + ",\"url\":\"u\"}")
                .collect(Collectors.joining(","));
        return "{\"path\":\"large.bin\",\"upload_id\":\"" + id + "\",\"parts\":[" + parts + "]}";
    }

    @Test
    void onlyTheNamespaceOfTheRunHasItsFiles() {
        put(folder + "/x.txt", "secret");
        var other = admin.namespace();
        var stranger = admin.member(other, "ADMIN");
        mlflow.missing(stranger.get(FILES + "/" + folder + "/x.txt"));
        mlflow.missing(stranger.put(FILES + "/" + folder + "/x.txt", "x"));
        mlflow.missing(stranger.delete(FILES + "/" + folder + "/x.txt"));
        mlflow.missing(stranger.get(FILES + "?path=" + folder));
        mlflow.missing(read("workspaces/" + other + "/" + folder + "/x.txt"));
        assertThat(read("workspaces/" + namespace + "/" + folder + "/x.txt").text())
                .isEqualTo("secret");
        mlflow.missing(admin.get(FILES + "?path=0/x/artifacts", "X-MLFLOW-WORKSPACE", namespace));
        var viewer = admin.member(namespace, "VIEWER");
        assertThat(viewer.get(FILES + "/" + folder + "/x.txt").text()).isEqualTo("secret");
        mlflow.refused(403, "PERMISSION_DENIED", viewer.put(FILES + "/" + folder + "/x.txt", "x"));
    }

    private void put(String path, String content) {
        // A JSON file is a file too, and no command.
        var answer = admin.put(FILES + "/" + path, content, "X-MLFLOW-WORKSPACE", namespace);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    private TestApi.Answer read(String path) {
        return admin.get(FILES + "/" + path, "X-MLFLOW-WORKSPACE", namespace);
    }

    private String list(String path) {
        return admin.get(FILES + "?path=" + path, "X-MLFLOW-WORKSPACE", namespace)
                .text();
    }
}
