package dev.tidewright;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.tidewright.tracking.MetricPoint;
import dev.tidewright.tracking.Tracking;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Experiments and runs as people look at them, in a real browser. */
@IntegrationTest
class RunPagesIT {

    private static final String EVIL = "<img src=x onerror=document.title='owned'>";
    private static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private static final String NOTEBOOK = """
            {"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[
             {"cell_type":"markdown","metadata":{},"source":"# Tides"},
             {"cell_type":"code","metadata":{},"execution_count":1,"source":"plot()","outputs":[
              {"output_type":"display_data","data":{"image/png":"%s"}}]}]}""".formatted(PNG);

    private final List<String> complaints = new ArrayList<>();

    @LocalServerPort
    private int port;

    @Autowired
    private Tracking tracking;

    private TestApi api = new TestApi(0, "");
    private String ns = "";
    private @Nullable Page page;

    @BeforeEach
    void emptyNamespace() {
        api = TestApi.admin(port);
        ns = api.namespace();
    }

    @AfterEach
    void nobodyComplained() {
        if (page != null) {
            page.context().close();
        }
        assertThat(complaints).isEmpty();
    }

    @Test
    void runsAreFilteredSortedAndComparedAndTheAddressKeepsIt() {
        var experiment = experiment("diabetes");
        var first = run(experiment, "first", "0.1", 0.5);
        run(experiment, "second", "0.2", 0.25);
        run(experiment, "third", "0.3", 0.125);
        var page = signedIn(true);
        page.navigate(url("/experiments"));
        assertThat(page.locator("table")).containsText("diabetes");
        page.getByText("diabetes", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.locator("#runs tbody tr")).hasCount(3);
        assertThat(page.locator("#runs tbody tr").first()).containsText("third");

        page.getByLabel("Filter", new Page.GetByLabelOptions().setExact(true)).fill("metrics.loss < 0.3");
        page.keyboard().press("Enter");
        assertThat(page.locator("#runs tbody tr")).hasCount(2);
        page.locator("#runs thead a").filter(has("loss")).first().click();
        assertThat(page.locator("#runs tbody tr").first()).containsText("third");
        assertThat(page.locator("#runs th[aria-sort=ascending]")).containsText("loss");
        page.locator("#runs thead a").filter(has("loss")).first().click();
        assertThat(page.locator("#runs tbody tr").first()).containsText("second");
        assertThat(page.locator("#filter")).hasValue("metrics.loss < 0.3");

        page.getByText("Columns").click();
        page.getByLabel("params.alpha").uncheck();
        page.getByLabel("tags.team").check();
        page.getByText("Show these").click();
        assertThat(page.locator("#runs thead")).not().containsText("alpha");
        assertThat(page.locator("#runs thead")).containsText("team");
        assertThat(page.locator("#runs tbody tr").first()).containsText("second");
        page.reload();
        assertThat(page.locator("#runs thead")).containsText("team");

        page.navigate(url("/experiments/" + experiment));
        page.getByLabel("Compare first").check();
        page.getByLabel("Compare third").check();
        page.getByText("Compare the chosen runs").click();
        assertThat(page.locator("h1")).hasText("Compare 2 runs");
        assertThat(page.url()).contains("run=" + first);
        assertThat(page.locator("#chart-0 canvas")).isVisible();
        assertThat(page.locator("svg.parallel polyline")).hasCount(2);
        assertThat(page.locator("#side tr.differs")).containsText(new String[] {"loss", "alpha"});
        assertThat(page.locator("#side")).containsText("seed");
        page.getByText("Only what differs").click();
        assertThat(page.locator("#side")).not().containsText("seed");
    }

    @Test
    void aWrongFilterIsToldBesideItsFieldAndStaysThere() {
        var experiment = experiment("typos");
        run(experiment, "one", "0.1", 0.5);
        var page = signedIn(true);
        for (var wrong : List.of(
                "metrics.loss <",
                "params.a = 'x' OR params.b = 'y'",
                "nothing = 'x'",
                "metrics.loss = 'a'",
                "'; DROP TABLE run; --")) {
            page.navigate(url("/experiments/" + experiment + "?filter=" + encoded(wrong)));
            assertThat(page.locator("#filter")).hasValue(wrong);
            assertThat(page.locator("#filter")).hasAttribute("aria-invalid", "true");
            assertThat(page.locator("#filter-e")).isVisible();
            assertThat(page.locator("#runs")).hasCount(0);
        }
        assertThat(page.navigate(url("/experiments/" + experiment + "?sort=" + encoded("metrics.loss sideways")))
                        .status())
                .isEqualTo(422);
        assertThat(page.navigate(url("/experiments/" + experiment + "?cursor=nonsense"))
                        .status())
                .isEqualTo(422);
        complaints.removeIf(text -> text.contains("422"));
        page.navigate(url("/experiments/" + experiment + "?filter=" + encoded("params.alpha = 'none'")));
        assertThat(page.locator("main")).containsText("No run matches the filter");
    }

    /** A curve that once left all bounds is what a chart is looked at for. */
    @Test
    void aCurveIsDrawnAroundWhatIsNoNumber() {
        var id = run(experiment("diverges"), "diverged", "0.1", 3);
        mlflow("runs/log-batch", """
                {"run_id":"%s","metrics":[{"key":"loss","value":"Infinity","step":3,"timestamp":4000},
                 {"key":"loss","value":"NaN","step":4,"timestamp":5000},{"key":"loss","value":1,"step":5,"timestamp":6000},
                 {"key":"loss","value":2,"step":6,"timestamp":7000},{"key":"loss","value":"-Infinity","step":7,"timestamp":8000},
                 {"key":"huge","value":-1e308,"step":0,"timestamp":1000}]}""".formatted(id));
        var page = signedIn(true);
        page.navigate(url("/runs/" + id));
        assertThat(page.locator("#chart-0 canvas")).isVisible();
        assertThat(page.locator("main")).containsText("-1.00e+308");
        assertThat(page.locator("#chart-0 .legend")).containsText("-Infinity");
        var coloured = page.evaluate("""
                () => { const canvas = document.querySelector('#chart-0 canvas'), all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                let count = 0;
                for (let i = 0; i < all.length; i += 4) if (all[i + 3] > 100 && Math.max(all[i], all[i + 1], all[i + 2]) - Math.min(all[i], all[i + 1], all[i + 2]) > 60) count++;
                return count; }""");
        assertThat(((Number) coloured).intValue()).isGreaterThan(300);
    }

    @Test
    void aRunShowsWhatWasLoggedAndItsFilesAreLookedInto() {
        var experiment = experiment("files");
        var id = run(experiment, "trained", "0.1", 0.5);
        var nested = mlflow("runs/create", """
                {"experiment_id":"%s","run_name":"inner","tags":[{"key":"mlflow.parentRunId","value":"%s"}]}
                """.formatted(experiment, id));
        mlflow("runs/log-inputs", """
                {"run_id":"%s","datasets":[{"dataset":{"name":"tide tables","digest":"d1","source_type":"local",
                 "source":"{}"},"tags":[{"key":"mlflow.data.context","value":"training"}]}]}""".formatted(id));
        var model = mlflow("logged-models", """
                {"experiment_id":"%s","name":"line","source_run_id":"%s"}""".formatted(experiment, id));
        var modelId = model.at("/model/info/model_id").asString();
        put("/%s/models/%s/artifacts/MLmodel".formatted(experiment, modelId), "flavors:\n  sklearn: {}\n");
        put("/%s/%s/artifacts/notes/a.txt".formatted(experiment, id), EVIL);
        put("/%s/%s/artifacts/data.json".formatted(experiment, id), "{\"a\":[1,2]}");
        put("/%s/%s/artifacts/table.csv".formatted(experiment, id), "name,value\n\"a,b\",1\n" + EVIL + ",2\n");
        put("/%s/%s/artifacts/page.html".formatted(experiment, id), "<script>document.title='owned'</script>");
        put("/%s/%s/artifacts/book.ipynb".formatted(experiment, id), NOTEBOOK);
        put(
                "/%s/%s/artifacts/dot.png".formatted(experiment, id),
                Base64.getDecoder().decode(PNG));
        put("/%s/%s/artifacts/model.bin".formatted(experiment, id), new byte[] {0, 1, 2});
        var page = signedIn(true);
        // As the client prints them, and a browser is led from there.
        for (var link : Map.of("/models/" + modelId, "/runs/" + id, "", "/experiments/" + experiment)
                .entrySet()) {
            page.navigate("about:blank");
            page.navigate(url("#/experiments/" + experiment + link.getKey()));
            page.waitForURL(url(link.getValue()));
        }
        page.navigate(url("/runs/" + id));
        assertThat(page.locator("#chart-0 canvas")).isVisible();
        assertThat(page.locator("[aria-label=Parameters]")).containsText("alpha");
        assertThat(page.locator("[aria-label='Data sets']")).containsText("tide tables");
        assertThat(page.locator("[aria-label=Models]")).containsText("line");
        assertThat(page.locator("[aria-label='Nested runs']")).containsText("inner");
        page.navigate(url("/runs/" + nested.at("/run/info/run_id").asString()));
        assertThat(page.locator(".lead")).containsText("part of trained");

        page.navigate(url("/runs/" + id));
        page.getByText("Artifacts").first().click();
        var preview = page.locator("[aria-label=Preview]");
        page.getByText("data.json").click();
        assertThat(preview.locator("pre")).containsText("\"a\" : [ 1, 2 ]");
        page.getByText("table.csv").click();
        assertThat(preview.locator("tbody tr").first()).containsText("a,b");
        assertThat(preview.locator("tbody tr").nth(1)).containsText("onerror");
        page.getByText("page.html").click();
        assertThat(preview.locator("pre")).containsText("<script>");
        page.getByText("model.bin").click();
        assertThat(preview).containsText("not shown here");
        page.getByText("dot.png").click();
        page.waitForCondition(
                () -> Boolean.TRUE.equals(page.evaluate("document.querySelector('main img').naturalWidth === 1")));
        page.getByText("notes").first().click();
        page.getByText("a.txt").click();
        assertThat(preview.locator("pre")).containsText("onerror");
        page.getByText("all", new Page.GetByTextOptions().setExact(true)).click();
        page.getByText("book.ipynb").click();
        page.getByText("Read as a notebook").click();
        assertThat(page.locator(".cell h1")).hasText("Tides");
        page.waitForCondition(
                () -> Boolean.TRUE.equals(page.evaluate("document.querySelector('.output img').naturalWidth === 1")));
        page.navigate(url("/runs/" + id));
        page.locator("[aria-label=Models] a").first().click();
        page.getByText("MLmodel").click();
        assertThat(page.locator("[aria-label=Preview] pre")).containsText("sklearn");
        assertThat(page.title()).doesNotContain("owned");

        var got = api.get("/api/v1/namespaces/" + ns + "/runs/" + hyphened(id) + "/artifacts");
        assertThat(got.json().path("items")).hasSize(8);
        var bytes = api.get("/api/v1/namespaces/" + ns + "/runs/" + hyphened(id) + "/artifacts/notes/a.txt");
        assertThat(bytes.text()).isEqualTo(EVIL);
        assertThat(bytes.raw().headers().firstValue("Content-Security-Policy")).hasValue("default-src 'none'; sandbox");
        assertThat(api.get("/api/v1/namespaces/" + ns + "/runs/" + hyphened(id) + "/artifacts/notes/b.txt")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void whatARunHasWrittenIsRegisteredAndBothTellOfEachOther() {
        var experiment = experiment("lineage");
        var id = run(experiment, "trained", "0.1", 0.5);
        mlflow("runs/log-inputs", """
                {"run_id":"%s","datasets":[{"dataset":{"name":"tide tables","digest":"d1","source_type":"local",
                 "source":"{}"}}]}""".formatted(id));
        var logged = mlflow("logged-models", """
                {"experiment_id":"%s","name":"line","source_run_id":"%s"}""".formatted(experiment, id))
                .at("/model/info/model_id")
                .asString();
        put("/%s/models/%s/artifacts/MLmodel".formatted(experiment, logged), "flavors:\n  sklearn: {}\n");
        var ready = "{\"model_id\":\"" + logged + "\",\"status\":\"LOGGED_MODEL_READY\"}";
        assertThat(api.patch("/api/2.0/mlflow/logged-models/" + logged, ready, "X-MLFLOW-WORKSPACE", ns)
                        .status())
                .isEqualTo(200);
        mlflow("runs/log-metric", """
                {"run_id":"%s","key":"r2","value":0.75,"model_id":"%s","dataset_name":"held out","dataset_digest":"d2"}
                """.formatted(id, logged));
        mlflow("runs/log-inputs", """
                {"run_id":"%s","models":[{"model_id":"%s"}]}""".formatted(id, logged));
        put("/%s/%s/artifacts/old/MLmodel".formatted(experiment, id), "flavors:\n  sklearn: {}\n");
        mlflow("runs/set-tag", """
                {"run_id":"%s","key":"mlflow.log-model.history","value":"[{\\"artifact_path\\":\\"old\\"}]"}""".formatted(id));
        var page = signedIn(true);
        for (var model : List.of("line", "old")) {
            page.navigate(url("/runs/" + id));
            assertThat(page.locator("[aria-label=Measured] dt")).hasText("r2 on held out");
            assertThat(page.locator("[aria-label=Measured] dd")).hasText("0.75");
            assertThat(page.locator("[aria-label='Models read'] li")).containsText("models:/" + logged);
            page.getByLabel("Register " + model).click();
            assertThat(page.locator("main form")).containsText("trained");
            page.getByLabel("Model", new Page.GetByLabelOptions().setExact(true))
                    .fill("Tides");
            page.locator("main form button").press("Enter");
            page.waitForURL("**/models/Tides/versions/*");
            assertThat(page.locator(".lineage")).containsText("tide tables");
            assertThat(page.locator("[aria-label=Parameters]")).containsText("alpha");
        }
        page.locator(".lineage a").getByText("trained").click();
        assertThat(page.locator("[aria-label=Registered] li")).hasText(new String[] {"Tides/2", "Tides/1"});
        page.navigate(url("/models/Tides"));
        assertThat(page.locator("[aria-label=Versions] a").getByText("a run")).hasCount(2);

        var elsewhere = api.namespace();
        for (var from : List.of("run\":\"" + hyphened(id), "loggedModel\":\"" + hyphened(logged.substring(2)))) {
            api.post("/api/v1/namespaces/" + elsewhere + "/models", "{\"name\":\"theirs\"}");
            assertThat(api.post(
                                    "/api/v1/namespaces/" + elsewhere + "/models/theirs/versions",
                                    "{\"" + from + "\",\"path\":\"\"}")
                            .status())
                    .isEqualTo(404);
        }
        assertThat(api.post(
                                "/api/v1/namespaces/" + ns + "/models/Tides/versions",
                                "{\"run\":\"" + hyphened(id) + "\",\"path\":\"old\"}")
                        .status())
                .isEqualTo(201);
        assertThat(api.post(
                                "/api/v1/namespaces/" + ns + "/models/Tides/versions",
                                "{\"run\":\"" + hyphened(id) + "\",\"job\":\"j\"}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void theLinkThatAClientPrintsLeadsToTheRun() {
        var id = run(experiment("printed"), "linked", "0.1", 0.5);
        var page = signedIn(true);
        page.navigate("http://127.0.0.1:" + port + "/#/experiments/1/runs/" + id);
        page.waitForURL("**/ns/" + ns + "/runs/" + id);
        assertThat(page.locator("h1")).hasText("linked");
        var none = page.navigate("http://127.0.0.1:" + port + "/runs/" + "0".repeat(32));
        assertThat(none.status()).isEqualTo(404);
    }

    @Test
    void textOfOthersStaysText() {
        var experiment = experiment(EVIL);
        var id = mlflow("runs/create", """
                {"experiment_id":"%s","run_name":"%s","user_id":"%s","tags":[{"key":"%s","value":"%s"},
                 {"key":"mlflow.note.content","value":"%s"},{"key":"mlflow.log-model.history","value":"no JSON"},
                 {"key":"mlflow.parentRunId","value":"%s"}]}""".formatted(experiment, EVIL, EVIL, "t", EVIL, EVIL, EVIL))
                .at("/run/info/run_id")
                .asString();
        mlflow("runs/log-batch", """
                {"run_id":"%s","params":[{"key":"p","value":"%s"}]}""".formatted(id, EVIL));
        // MLflow's clients may not call it so; programs of jobs may.
        tracking.log(
                UUID.fromString(hyphened(id)),
                List.of(new MetricPoint(EVIL, 1, 1, Instant.EPOCH), new MetricPoint(EVIL, 2, 2, Instant.EPOCH)),
                Map.of());
        var page = signedIn(true);
        for (var path : List.of(
                "/experiments",
                "/experiments/" + experiment,
                "/runs/" + id,
                "/runs/" + id + "?tab=artifacts",
                "/runs/compare?run=" + id,
                "/experiments?q=" + encoded(EVIL),
                "/experiments/" + experiment + "?sort=" + encoded("metrics.`" + EVIL + "` DESC"))) {
            page.navigate(url(path));
            assertThat(page.locator("main")).containsText("onerror");
            assertThat(page.title()).doesNotStartWith("owned");
            assertThat(page.locator("main img, main script").count()).isZero();
        }
    }

    @Test
    void pagesOfATableBeginWhereTheOneBeforeEnded() {
        var experiment = experiment("many");
        for (var number = 0; number < 53; number++) {
            run(experiment, "run-" + number, "0." + number, number);
        }
        var page = signedIn(false);
        page.navigate(url("/experiments/" + experiment + "?sort=" + encoded("metrics.loss ASC")));
        assertThat(page.locator("#runs tbody tr")).hasCount(50);
        assertThat(page.locator("#runs tbody tr").first()).containsText("run-0");
        page.getByText("Older").click();
        assertThat(page.locator("#runs tbody tr")).hasCount(3);
        assertThat(page.locator("#runs tbody tr").first()).containsText("run-50");
        page.getByText("Newest").click();
        assertThat(page.locator("#runs tbody tr")).hasCount(50);
    }

    @Test
    void strangersFindNothingAndBadAddressesAreTold() {
        var experiment = experiment("closed");
        var id = run(experiment, "secret", "0.1", 0.5);
        var other = api.namespace();
        var page = signedIn(true);
        for (var path : List.of(
                "/ns/" + other + "/runs/" + id,
                "/ns/" + other + "/experiments/" + experiment,
                "/ns/" + other + "/runs/compare?run=" + id,
                "/ns/" + other + "/runs/" + id + "/notebook?file=a.ipynb",
                "/ns/no-such/experiments",
                "/ns/" + ns + "/runs/" + "0".repeat(32),
                "/ns/" + ns + "/runs/" + "g".repeat(32),
                "/ns/" + ns + "/experiments/999999999999999999",
                "/ns/" + ns + "/experiments/12345678901234567890",
                "/ns/" + ns + "/runs/compare?run=nonsense",
                "/ns/" + ns + "/runs/" + id + "?tab=artifacts&file=../../etc/passwd",
                "/ns/" + ns + "/runs/" + id + "/notebook?file=none.ipynb")) {
            assertThat(page.navigate("http://127.0.0.1:" + port + path).status())
                    .as(path)
                    .isEqualTo(404);
            assertThat(page.content()).doesNotContain("secret");
        }
        var many = new StringBuilder("/runs/compare?run=" + id);
        for (var number = 0; number < 12; number++) {
            many.append("&run=").append("0".repeat(30)).append(10 + number);
        }
        assertThat(page.navigate(url(many.toString())).status()).isEqualTo(422);
        complaints.removeIf(text -> text.contains("status of 4"));
        assertThat(new TestApi(port, "")
                        .get("/api/v1/namespaces/" + ns + "/runs/" + hyphened(id) + "/artifacts")
                        .status())
                .isEqualTo(401);
        assertThat(api.get("/api/v1/namespaces/" + other + "/runs/" + hyphened(id) + "/artifacts")
                        .status())
                .isEqualTo(404);
        assertThat(api.get("/api/v1/namespaces/" + other + "/runs/" + hyphened(id) + "/artifacts/a")
                        .status())
                .isEqualTo(404);
    }

    private String experiment(String name) {
        return mlflow("experiments/create", "{\"name\":\"" + name + "\"}")
                .path("experiment_id")
                .asString();
    }

    /** A finished run with a curve that ends at {@code loss}. */
    private String run(String experiment, String name, String alpha, double loss) {
        var id = mlflow("runs/create", """
                {"experiment_id":"%s","run_name":"%s","tags":[{"key":"team","value":"a"}]}""".formatted(experiment, name))
                .at("/run/info/run_id")
                .asString();
        mlflow("runs/log-batch", """
                {"run_id":"%s","params":[{"key":"alpha","value":"%s"},{"key":"seed","value":"7"}],"metrics":[
                 {"key":"loss","value":9,"step":0,"timestamp":1000},{"key":"loss","value":4,"step":1,"timestamp":2000},
                 {"key":"loss","value":%s,"step":2,"timestamp":3000}]}""".formatted(id, alpha, loss));
        mlflow("runs/update", "{\"run_id\":\"" + id + "\",\"status\":\"FINISHED\"}");
        return id;
    }

    private tools.jackson.databind.JsonNode mlflow(String path, String json) {
        var answer = api.post("/api/2.0/mlflow/" + path, json, "X-MLFLOW-WORKSPACE", ns);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json();
    }

    private void put(String path, String content) {
        var answer = api.put("/api/2.0/mlflow-artifacts/artifacts" + path, content, "X-MLFLOW-WORKSPACE", ns);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    private void put(String path, byte[] content) {
        var answer = api.put("/api/2.0/mlflow-artifacts/artifacts" + path, content, "X-MLFLOW-WORKSPACE", ns);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    private static com.microsoft.playwright.Locator.FilterOptions has(String text) {
        return new com.microsoft.playwright.Locator.FilterOptions().setHasText(text);
    }

    private Page signedIn(boolean scripts) {
        var fresh = OneBrowser.page(scripts, ColorScheme.LIGHT, complaints);
        page = fresh;
        OneBrowser.signIn(fresh, port, "admin", TestInstallation.ADMIN_PASSWORD);
        return fresh;
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port + "/ns/" + ns + path;
    }

    private static String hyphened(String id) {
        return id.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
