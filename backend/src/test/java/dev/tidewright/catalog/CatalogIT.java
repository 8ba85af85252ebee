package dev.tidewright.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.kernel.Name;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@IntegrationTest
class CatalogIT {

    @LocalServerPort
    private int port;

    @Autowired
    private Artifacts artifacts;

    @Autowired
    private Catalog catalog;

    @Autowired
    private FakeNeighbours fakes;

    private TestApi api;
    private Name namespace;
    private String models;

    @BeforeEach
    void makeModel() {
        api = TestApi.admin(port);
        namespace = Name.of(api.namespace());
        models = "/api/v1/namespaces/" + namespace + "/models";
        job("train-1", "model/model.joblib", "model/requirements.txt", "executed.ipynb");
        assertThat(api.post(models, "{\"name\":\"diabetes\",\"tags\":{\"team\":\"a\"}}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void aVersionKnowsWhereItComesFromAndKeepsItsFiles() {
        var made = register("{\"job\":\"train-1\",\"description\":\"first\"}");
        assertThat(made.status()).as("%s", made).isEqualTo(201);
        var version = api.get(models + "/diabetes/versions/1");
        assertThat(version.json().at("/metadata/name").asString()).isEqualTo("diabetes/1");
        assertThat(version.json().at("/status/flavour").asString()).isEqualTo("SKLEARN");
        assertThat(version.json().at("/status/source/job").asString()).isEqualTo("train-1");
        assertThat(version.json().at("/status/source/attempt").asInt()).isEqualTo(2);
        assertThat(version.json().at("/status/source/digest").asString()).isEqualTo("sha256:abc");
        assertThat(version.json().at("/status/parameters/alpha").asString()).isEqualTo("0.5");
        assertThat(version.json().at("/status/metrics/rmse").asDouble()).isEqualTo(53.5);
        assertThat(version.json().at("/status/metrics/bad").asString()).isEqualTo("NaN");
        assertThat(version.json().at("/status/requirements/0").asString())
                .isEqualTo("content of model/requirements.txt");

        artifacts.delete(java.util.Objects.requireNonNull(fakes.jobs.get(namespace + "/train-1"))
                .artifacts());
        var files = api.get(models + "/diabetes/versions/1/artifacts");
        assertThat(files.json().at("/items/0/path").asString()).isEqualTo("model.joblib");
        var file = api.get(models + "/diabetes/versions/1/artifacts/model.joblib");
        assertThat(file.text()).isEqualTo("content of model/model.joblib");
        var headers = file.raw().headers();
        assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(headers.firstValue("Content-Disposition").orElse("")).startsWith("attachment");
        assertThat(api.get(
                                models + "/diabetes/versions/1/artifacts/model.joblib",
                                "If-None-Match",
                                headers.firstValue("ETag").orElseThrow())
                        .status())
                .isEqualTo(304);
        var range = api.get(models + "/diabetes/versions/1/artifacts/model.joblib", "Range", "bytes=0-6");
        assertThat(range.status()).isEqualTo(206);
        assertThat(range.text()).isEqualTo("content");
        assertThat(range.raw().headers().firstValue("Content-Range")).contains("bytes 0-6/29");
        assertThat(api.get(models + "/diabetes/versions/1/artifacts/model.joblib", "Range", "bytes=-6")
                        .text())
                .isEqualTo("joblib");
        assertThat(api.get(models + "/diabetes/versions/1/artifacts/model.joblib", "Range", "bytes=99-")
                        .status())
                .isEqualTo(416);
    }

    @Test
    void aFolderWithoutAModelIsRefusedWithWhatWasLookedFor() {
        job("no-model", "model/readme.md");
        var refused = register("{\"job\":\"no-model\"}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.code()).isEqualTo("no-model");
        assertThat(refused.text())
                .contains("model.joblib", "model.skops", "model.pkl", "model.py", "MLmodel", "readme.md");
        assertThat(register("{\"job\":\"train-1\",\"path\":\"../x\"}").code()).isEqualTo("invalid-path");
        assertThat(register("{\"job\":\"train-1\",\"path\":\"elsewhere\"}").code())
                .isEqualTo("no-model");
        assertThat(register("{\"job\":\"none\"}").code()).isEqualTo("no-such-job");
        assertThat(register("{}").code()).isEqualTo("invalid-version-source");
        assertThat(register("{\"job\":\"train-1\"}").json().at("/status/number").asInt())
                .isEqualTo(1);
    }

    @Test
    void anUploadedArchiveBecomesAVersion() throws IOException {
        var upload = api.upload(namespace.value(), "m.zip", zip("m/MLmodel", "m/data/model.pkl", "other.txt"));
        assertThat(register("{\"upload\":\"" + upload + "\"}").code()).isEqualTo("no-model");
        var plan =
                api.post(models + "/diabetes/versions?dryRun=true", "{\"upload\":\"" + upload + "\",\"path\":\"m\"}");
        assertThat(plan.status()).as("%s", plan).isEqualTo(200);
        assertThat(api.get(models + "/diabetes/versions").json().path("items")).isEmpty();
        var made = register("{\"upload\":\"" + upload + "\",\"path\":\"m\"}");
        assertThat(made.json().at("/status/flavour").asString()).isEqualTo("MLFLOW");
        assertThat(made.json().at("/status/number").asInt()).isEqualTo(1);
        assertThat(made.json().at("/status/files").asInt()).isEqualTo(2);
    }

    @Test
    void thirtyTwoAtOnceGetThirtyTwoNumbersWithoutAGap() throws Exception {
        var answers = new ArrayList<Future<TestApi.Answer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 32; i++) {
                answers.add(threads.submit(() -> register("{\"job\":\"train-1\"}")));
            }
        }
        var numbers = new ArrayList<Integer>();
        for (var answer : answers) {
            assertThat(answer.get().status()).as("%s", answer.get()).isEqualTo(201);
            numbers.add(answer.get().json().at("/status/number").asInt());
        }
        assertThat(numbers)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 32).boxed().toList());
    }

    @Test
    void ofManyMovesWithTheSameETagOneWins() throws Exception {
        for (var i = 0; i < 3; i++) {
            register("{\"job\":\"train-1\"}");
        }
        var alias = models + "/diabetes/aliases/champion";
        var first = api.put(alias, "{\"version\":1,\"reason\":\"first\"}");
        assertThat(first.status()).as("%s", first).isEqualTo(200);
        assertThat(api.put(alias, "{\"version\":2}").status()).isEqualTo(428);
        var answers = new ArrayList<Future<TestApi.Answer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 16; i++) {
                var body = "{\"version\":" + (2 + i % 2) + "}";
                answers.add(threads.submit(() -> api.put(alias, body, "If-Match", first.etag())));
            }
        }
        var statuses = new ArrayList<Integer>();
        for (var answer : answers) {
            statuses.add(answer.get().status());
        }
        assertThat(statuses).containsOnly(200, 412);
        assertThat(statuses.stream().filter(status -> status == 200)).hasSize(1);
        assertThat(api.get(alias + "/history").json().path("items")).hasSize(2);
    }

    @Test
    void whichVersionWasChampionThenIsOneCall() {
        register("{\"job\":\"train-1\"}");
        register("{\"job\":\"train-1\"}");
        var alias = models + "/diabetes/aliases/champion";
        var first = api.put(alias, "{\"version\":1,\"reason\":\"first\"}");
        var second = api.put(alias, "{\"version\":2,\"reason\":\"better\"}", "If-Match", first.etag());
        var then = first.json().path("at").asString();
        assertThat(api.get(alias + "?at=" + then).json().path("version").asInt())
                .isEqualTo(1);
        assertThat(api.get(alias).json().path("version").asInt()).isEqualTo(2);
        assertThat(api.get(alias + "?at=2020-01-01").status()).isEqualTo(404);
        assertThat(api.get(alias + "?at=yesterday").code()).isEqualTo("invalid-instant");
        assertThat(catalog.resolve(namespace, "diabetes@champion").number()).isEqualTo(2);
        assertThat(catalog.resolve(namespace, "diabetes/1").number()).isEqualTo(1);

        assertThat(api.put(models + "/diabetes/aliases/latest", "{\"version\":1}")
                        .code())
                .isEqualTo("invalid-alias");
        assertThat(api.put(models + "/diabetes/aliases/canary", "{\"version\":9}")
                        .code())
                .isEqualTo("no-such-version");
        assertThat(api.member(namespace.value(), "EDITOR")
                        .put(alias, "{\"version\":1}", "If-Match", second.etag())
                        .status())
                .isEqualTo(403);
        assertThat(api.delete(alias, "If-Match", second.etag()).status()).isEqualTo(200);
        assertThat(api.get(alias).status()).isEqualTo(404);
        assertThat(api.get(alias + "?at=" + then).json().path("version").asInt())
                .isEqualTo(1);
        assertThat(api.get(alias + "/history").json().path("items")).hasSize(3);
    }

    @Test
    void aVersionInUseIsNotDeletedAndSaysByWhom() {
        var version = register("{\"job\":\"train-1\"}");
        var path = models + "/diabetes/versions/1";
        var id = UUID.fromString(version.json().at("/metadata/uid").asString());
        fakes.users.put(id, List.of("endpoint diabetes (revision 3)"));
        var alias = api.put(models + "/diabetes/aliases/champion", "{\"version\":1}");
        assertThat(api.delete(path).status()).isEqualTo(428);
        var refused = api.delete(path, "If-Match", version.etag());
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("version-in-use");
        assertThat(refused.text()).contains("alias champion", "endpoint diabetes (revision 3)");
        var model = api.get(models + "/diabetes");
        assertThat(api.delete(models + "/diabetes", "If-Match", model.etag()).code())
                .isEqualTo("version-in-use");

        fakes.users.remove(id);
        api.delete(models + "/diabetes/aliases/champion", "If-Match", alias.etag());
        assertThat(api.delete(path + "?dryRun=true", "If-Match", version.etag()).status())
                .isEqualTo(200);
        assertThat(api.get(path).json().at("/status/phase").asString()).isEqualTo("READY");
        assertThat(api.delete(path, "If-Match", version.etag()).status()).isEqualTo(200);
        assertThat(api.get(path).json().at("/status/phase").asString()).isEqualTo("DELETED");
        assertThat(artifacts.list(new ArtifactOwner("model-version", id))).isEmpty();
        assertThat(register("{\"job\":\"train-1\"}").json().at("/status/number").asInt())
                .isEqualTo(2);
    }

    @Test
    void modelsAreFoundChangedAndDeleted() {
        api.post(models, "{\"name\":\"other\",\"description\":\"50% off\",\"tags\":{\"team\":\"b\"}}");
        assertThat(api.post(models, "{\"name\":\"other\"}").code()).isEqualTo("model-exists");
        assertThat(api.post(models, "{\"name\":\"bad/name\"}").status()).isBetween(400, 422);
        assertThat(names("?q=DIAB")).containsExactly("diabetes");
        assertThat(names("?q=50%25")).containsExactly("other");
        assertThat(names("?tag=team=a")).containsExactly("diabetes");
        assertThat(names("?limit=1")).containsExactly("other");

        var model = api.get(models + "/diabetes");
        var changed =
                api.patch(models + "/diabetes", "{\"tags\":{\"team\":null,\"stage\":\"x\"}}", "If-Match", model.etag());
        assertThat(changed.status()).as("%s", changed).isEqualTo(200);
        assertThat(changed.json().at("/spec/tags").propertyNames()).containsExactly("stage");
        assertThat(api.patch(models + "/diabetes", "{}", "If-Match", model.etag())
                        .status())
                .isEqualTo(412);
        assertThat(api.delete(models + "/diabetes", "If-Match", changed.etag()).status())
                .isEqualTo(200);
        assertThat(api.get(models + "/diabetes").status()).isEqualTo(404);
        assertThat(api.post(models, "{\"name\":\"diabetes\"}").status()).isEqualTo(201);
    }

    @Test
    void aModelIsCalledAsPeopleCallIt() {
        for (var name :
                List.of("Iris Classifier v2.1", "model_3_17_2", "Größe #1 @home?", "{x} + 50 & 'y'", "register")) {
            var made = api.post(models, "{\"name\":\"" + name + "\"}");
            assertThat(made.status()).as("%s", made).isEqualTo(201);
            var place = made.raw().headers().firstValue("Location").orElseThrow();
            assertThat(place).isEqualTo(models + "/" + ModelName.of(name).inPath());
            assertThat(api.get(place).json().at("/metadata/name").asString()).isEqualTo(name);
            var version = api.post(place + "/versions", "{\"job\":\"train-1\"}");
            assertThat(version.status()).as("%s", version).isEqualTo(201);
            assertThat(api.get(version.raw().headers().firstValue("Location").orElseThrow())
                            .json()
                            .at("/metadata/name")
                            .asString())
                    .isEqualTo(name + "/1");
            assertThat(api.put(place + "/aliases/Champion", "{\"version\":1}").status())
                    .isEqualTo(200);
            assertThat(catalog.resolve(namespace, name + "@Champion").reference())
                    .isEqualTo(name + "/1");
            assertThat(api.get(place + "/aliases/champion").status()).isEqualTo(404);
        }
        assertThat(api.post(models, "{\"name\":\"Model_3_17_2\"}").status()).isEqualTo(201);
        assertThat(api.post(models, "{\"name\":\"model_3_17_2\"}").code()).isEqualTo("model-exists");
        for (var name : List.of("a/b", " a", "a;b", "a\\\\b", "a%b", "a\\ud800")) {
            assertThat(api.post(models, "{\"name\":\"" + name + "\"}").code())
                    .as(name)
                    .isEqualTo("invalid-name");
        }
    }

    private List<String> names(String query) {
        var names = new ArrayList<String>();
        api.get(models + query)
                .json()
                .path("items")
                .forEach(item -> names.add(item.at("/metadata/name").asString()));
        return names;
    }

    private TestApi.Answer register(String body) {
        return api.post(models + "/diabetes/versions", body);
    }

    private void job(String name, String... paths) {
        var owner = new ArtifactOwner("job-attempt", UUID.randomUUID());
        for (var path : paths) {
            var content = new ByteArrayInputStream(("content of " + path).getBytes(StandardCharsets.UTF_8));
            artifacts.store(namespace, owner, path, content, -1, null, null);
        }
        fakes.jobs.put(
                namespace + "/" + name,
                new ModelSources.Candidate(
                        UUID.randomUUID(),
                        Name.of(name),
                        2,
                        owner,
                        true,
                        "SUCCEEDED",
                        "sha256:abc",
                        Map.of("alpha", "0.5"),
                        Map.of("rmse", 53.5, "bad", Double.NaN),
                        List.of("scikit-learn"),
                        null));
    }

    private static byte[] zip(String... paths) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var path : paths) {
                zip.putNextEntry(new ZipEntry(path));
                zip.write(path.getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }
}
