package dev.tidewright;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.RequestOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Every page, with something on it: whether it can be seen, reached and read, by whom, and what it asks for meanwhile. */
@IntegrationTest
class LooksIT {

    private static final String NS = "looks";
    private static final String VIEWERS_PASSWORD = "a password for the viewer";

    /** Writes colours, a progress bar, metrics, a picture and a notebook with all kinds of outputs. */
    private static final String TRAIN = """
            import json, os, sys
            print("\\033[32mgreen\\033[0m and <b>not bold</b>")
            for done in (0, 50, 100):
                sys.stdout.write("\\r%3d%%|####|" % done)
            print()
            for line in range(900): print("line", line)
            out = os.environ["TIDEWRIGHT_OUTPUT"]
            with open(out + "/metrics.jsonl", "w") as file:
                for step in range(9): file.write(json.dumps({"key": "rmse", "value": 9 - step, "step": step}) + "\\n")
            os.makedirs(out + "/model")
            open(out + "/model/model.py", "w").write("def predict(features):\\n    return [0 for _ in features]\\n")
            png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
            def cell(source, *outputs):
                return {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": source, "outputs": list(outputs)}
            json.dump({"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": "python"}}, "cells": [
                {"cell_type": "markdown", "metadata": {}, "source": ["# Tides\\n", "rise <script>document.title='owned'</script>"]},
                cell("fit()", {"output_type": "stream", "name": "stdout", "text": ["10%\\r", "100%\\n", "\\033[31mred\\033[0m"]}),
                cell("table()", {"output_type": "execute_result", "data": {"text/html":
                    "<script>document.title='owned'</script><table onclick=x><tr><td>59</td></tr></table>"}}),
                cell("plot()", {"output_type": "display_data", "data": {"image/png": png}}),
                cell("widget()", {"output_type": "display_data", "data": {"application/x-widget": {}}}),
                cell("1/0", {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\\033[31mZeroDivisionError\\033[0m"]}),
            ]}, open(out + "/executed.ipynb", "w"))
            """;

    private static final String SERVICE = """
            import http.server, os
            class App(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"ok")
            http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), App).serve_forever()
            """;

    private static String run = "";
    private static String other = "";
    private static String webhook = "";

    private final List<String> complaints = new ArrayList<>();

    private @Nullable Page page;

    @LocalServerPort
    private int port;

    @BeforeEach
    void somethingToLookAt() {
        var admin = TestApi.admin(port);
        if (admin.post("/api/v1/namespaces", "{\"name\":\"looks\",\"description\":\"what pages show\"}")
                        .status()
                != 201) {
            return; // an earlier test has made it all
        }
        admin.post("/api/v1/users", "{\"name\":\"vera\",\"password\":\"" + VIEWERS_PASSWORD + "\"}");
        admin.put("/api/v1/namespaces/looks/members/vera", "{\"role\":\"VIEWER\"}");
        var at = "/api/v1/namespaces/looks";
        var train = admin.upload(NS, "train.py", TRAIN.getBytes(StandardCharsets.UTF_8));
        admin.post(at + "/jobs", """
                {"name":"train","source":{"upload":"%s"},"parameters":{"alpha":1},"environment":{"MARK":"m1"},
                 "retries":{"limit":1,"onExitCodes":[75]}}""".formatted(train));
        var app = admin.upload(NS, "app.py", SERVICE.getBytes(StandardCharsets.UTF_8));
        admin.post(at + "/endpoints", """
                {"name":"echo","serves":{"source":{"upload":"%s"}},"resources":{"cpu":"100m","memory":"64Mi"},
                 "autoscaling":{"min":1,"max":3,"targetConcurrency":1.5},"reason":"first"}""".formatted(app));
        until(admin, at + "/jobs/train", "SUCCEEDED");
        run = admin.get(at + "/jobs/train").json().at("/status/run").asString().replace("-", "");
        other = logged(admin);
        admin.post(at + "/models", "{\"name\":\"Tide Table v2.1\",\"description\":\"# Card\\n\\n* one\"}");
        admin.post(at + "/models/Tide%20Table%20v2.1/versions", "{\"job\":\"train\",\"path\":\"model\"}");
        until(admin, at + "/endpoints/echo", "SERVING");
        var regretted = """
                {"name":"regretted","serves":{"source":{"upload":"%s"}},"resources":{"cpu":"100m","memory":"64Mi"},
                 "environment":{"TRY":"%s"},"reason":"try"}""";
        admin.post(at + "/endpoints", regretted.formatted(app, "1"));
        until(admin, at + "/endpoints/regretted", "SERVING");
        admin.put(at + "/endpoints/regretted", regretted.formatted(app, "2"), "If-Match", "*");
        admin.post(at + "/endpoints/regretted/rollout/abort", "{\"reason\":\"wrong\"}");
        until(admin, at + "/endpoints/regretted", "SERVING");
        webhook = admin.post(at + "/webhooks", """
                {"name":"ci","url":"http://127.0.0.1:9/","events":["model_version.created"]}""").json().at("/metadata/uid").asString();
        registerWhatARunHasLogged(admin);
        admin.put(at + "/models/Tide%20Table%20v2.1/aliases/champion", "{\"version\":1,\"reason\":\"best\"}");
        admin.put(at + "/models/Tide%20Table%20v2.1/protected-aliases/champion", "{}");
        // A request that waits, and one that was declined.
        var champion = at + "/models/Tide%20Table%20v2.1/aliases/champion";
        var declined = admin.delete(champion, "If-Match", "*")
                .json()
                .at("/errors/0/message")
                .asString();
        admin.post(declined + "/decline", "{\"reason\":\"still needed\"}");
        admin.put(champion, "{\"version\":2}", "If-Match", "*");
    }

    /** As a client of MLflow does it: version 2, in production. */
    private static void registerWhatARunHasLogged(TestApi admin) {
        var mlflow = "/api/2.0/mlflow";
        var run = admin.post(mlflow + "/runs/create", "{\"experiment_id\":\"0\"}", "X-MLFLOW-WORKSPACE", NS)
                .json()
                .at("/run/info/run_id")
                .asString();
        var folder = "0/" + run + "/artifacts/model";
        admin.put(mlflow + "-artifacts/artifacts/" + folder + "/MLmodel", "flavors: {}", "X-MLFLOW-WORKSPACE", NS);
        var version = "{\"name\":\"Tide Table v2.1\",\"version\":\"2\",\"stage\":\"Production\",\"source\":"
                + "\"mlflow-artifacts:/" + folder + "\",\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]}";
        admin.post(mlflow + "/model-versions/create", version, "X-MLFLOW-WORKSPACE", NS);
        admin.post(mlflow + "/model-versions/transition-stage", version, "X-MLFLOW-WORKSPACE", NS);
    }

    @AfterEach
    void nobodyComplained() {
        if (page != null) {
            page.context().close();
        }
        assertThat(complaints).isEmpty();
    }

    /** What a client logs beside the job, and some of it into the job's run. */
    private static String logged(TestApi admin) {
        var door = "/api/2.0/mlflow/";
        var looks = new String[] {"X-MLFLOW-WORKSPACE", NS};
        var made = admin.post(door + "runs/create", """
                        {"experiment_id":"0","run_name":"by hand","tags":[{"key":"team","value":"a"},
                         {"key":"mlflow.parentRunId","value":"%s"},{"key":"mlflow.note.content","value":"a note"}]}
                        """.formatted(run), looks)
                .json()
                .at("/run/info/run_id")
                .asString();
        admin.post(door + "runs/log-batch", """
                {"run_id":"%s","params":[{"key":"alpha","value":"2"},{"key":"beta","value":"x"}],"metrics":[
                 {"key":"rmse","value":4,"step":0,"timestamp":1},{"key":"rmse","value":2,"step":4,"timestamp":2}]}
                """.formatted(made), looks);
        admin.post(door + "logged-models", """
                {"experiment_id":"0","name":"line","source_run_id":"%s"}""".formatted(run), looks);
        admin.post(door + "runs/log-inputs", """
                {"run_id":"%s","datasets":[{"dataset":{"name":"tides","digest":"d","source_type":"local","source":"{}"}}]}
                """.formatted(run), looks);
        for (var file : List.of("table.csv", "folder/a.txt")) {
            admin.put("/api/2.0/mlflow-artifacts/artifacts/0/" + run + "/artifacts/" + file, "a,b\n1,2\n", looks);
        }
        return made;
    }

    private static Stream<String> pages() {
        return Stream.of(
                "/ns/looks",
                "/ns/looks/jobs",
                "/ns/looks/jobs/new",
                "/ns/looks/jobs/new?from=train",
                "/ns/looks/jobs/train",
                "/ns/looks/jobs/train?tab=artifacts&file=model/model.py",
                "/ns/looks/jobs/train?tab=events",
                "/ns/looks/jobs/train?tab=json",
                "/ns/looks/jobs/train/notebook",
                "/ns/looks/experiments",
                "/ns/looks/experiments/0",
                "/ns/looks/experiments/0?filter=metrics.rmse+%3E",
                "/ns/looks/runs/" + run,
                "/ns/looks/runs/" + run + "?tab=artifacts&file=table.csv",
                "/ns/looks/runs/compare",
                "/ns/looks/runs/compare?run=" + run + "&run=" + other,
                "/ns/looks/models",
                "/ns/looks/register?job=train",
                "/ns/looks/models/Tide%20Table%20v2.1",
                "/ns/looks/models/Tide%20Table%20v2.1?dialog=move",
                "/ns/looks/models/Tide%20Table%20v2.1/versions/1",
                "/ns/looks/models/Tide%20Table%20v2.1/versions/2",
                "/ns/looks/endpoints",
                "/ns/looks/endpoints/new",
                "/ns/looks/endpoints/new?endpoint=echo",
                "/ns/looks/endpoints/echo",
                "/ns/looks/endpoints/echo?tab=revisions",
                "/ns/looks/endpoints/regretted?tab=revisions",
                "/ns/looks/endpoints/echo/autoscaling",
                "/ns/looks/endpoints/echo?tab=playground",
                "/ns/looks/endpoints/echo?tab=logs",
                "/ns/looks/endpoints/echo?tab=events",
                "/ns/looks/endpoints/echo?tab=settings",
                "/ns/looks/endpoints/echo?tab=json",
                "/ns/looks/endpoints/echo/rollback",
                "/ns/looks/endpoints/echo/rollback?revision=1",
                "/ns/looks/history",
                "/ns/looks/settings",
                "/ns/looks/webhooks",
                "/ns/looks/webhooks/" + webhook,
                "/ns/looks/faulty",
                "/ns/nowhere",
                "/no/such/page",
                "/namespaces",
                "/users",
                "/account",
                "/account/tokens",
                "/search?q=train",
                "/help",
                "/sign-in",
                "/sign-in?error");
    }

    @Test
    void everyPageIsAccessibleInLightAndDark() {
        var page = signedIn(true, "admin");
        // A colour on its way from one theme to the other is neither.
        page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        var found = pages().flatMap(path -> {
                    page.navigate(url(path));
                    return Stream.of("light", "dark").flatMap(theme -> serious(page, path, theme));
                })
                .toList();
        complaints.removeIf(text -> text.contains("status of 500"));
        assertThat(found).isEmpty();
    }

    private static Stream<String> serious(Page page, String path, String theme) {
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme);
        var axe = new AxeBuilder(page).setLegacyMode(true);
        // What is not a colour is the same in both.
        return (theme.equals("light") ? axe : axe.withRules(List.of("color-contrast")))
                .analyze().getViolations().stream()
                        .filter(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                        .map(rule -> path + " " + theme + " " + rule.getId() + " "
                                + rule.getNodes().getFirst().getHtml());
    }

    @Test
    void everyPageReadsWithoutJavaScript() {
        var page = signedIn(false, "admin");
        pages().forEach(path -> {
            page.navigate(url(path));
            assertThat(page.locator("h1").first()).isVisible();
            assertThat(page.locator(".only-js:visible")).hasCount(0);
        });
        page.navigate(url("/ns/looks/jobs/train"));
        assertThat(page.locator(".log pre")).containsText("line 899");
        page.getByText("Earlier lines").click();
        assertThat(page.locator(".log pre")).containsText("line 400");
        assertThat(page.locator("[aria-label='What was asked']")).containsText("MARK=m1");
        assertThat(page.locator("[aria-label='What was asked']")).containsText("only after exit code 75");
        page.navigate(url("/ns/looks/history"));
        assertThat(page.locator("table")).containsText("alias champion made: Tide Table v2.1/1");
        complaints.removeIf(text -> text.contains("status of 500"));
    }

    @Test
    void aLivePartAskedForAgainIsWhatThePageHas() {
        var page = signedIn(true, "admin");
        // A log that is shown is left as it is.
        var live = pages().filter(path -> !path.endsWith("tab=logs"))
                .filter(path -> {
                    var whole = asked(page, path, Map.of());
                    if (!whole.contains("id=\"live\"")) {
                        return false;
                    }
                    var part = asked(page, path, Map.of("HX-Request", "true", "HX-Target", "div#live"));
                    assertThat(part).as(path).startsWith("<div id=\"live\"");
                    // A log is left out: scripts read on where they are.
                    assertThat(tags(whole)).as(path).containsAll(tags(part));
                    assertThat(part).as(path).hasSizeGreaterThan(500);
                    return true;
                })
                .toList();
        assertThat(live).hasSizeGreaterThan(15);
        page.navigate(url("/ns/looks/runs/" + run));
        page.waitForResponse(answer -> true, () -> page.locator("#live").dispatchEvent("tick"));
        page.waitForTimeout(500);
        assertThat(page.locator("main")).containsText("rmse");
        complaints.removeIf(text -> text.contains("status of 500"));
    }

    private static Set<String> tags(String html) {
        return Stream.of(html.split("(?=<)")).map(String::strip).collect(Collectors.toSet());
    }

    /** What is counted, and what is made for one answer only, left out. */
    private String asked(Page page, String path, Map<String, String> headers) {
        var options = RequestOptions.create();
        headers.forEach(options::setHeader);
        return page.request()
                .get(url(path), options)
                .text()
                .replaceAll("name=\"_csrf\" value=\"[^\"]*\"", "")
                .replaceAll("\\d+(\\.\\d+)?", "0")
                .replaceAll("\\s+", " ")
                .replace("> <", "><")
                .strip();
    }

    @Test
    void aFaultSaysANumberAndNothingElse() {
        var page = signedIn(true, "admin");
        assertThat(page.navigate(url("/ns/looks/faulty")).status()).isEqualTo(500);
        assertThat(page.locator("main")).containsText("tell an admin of the platform this number");
        assertThat(page.content()).doesNotContain("what nobody outside may read");
        complaints.removeIf(text -> text.contains("status of 500"));
    }

    @Test
    void aViewerSeesEverythingAndWhatItWouldNeed() {
        var page = signedIn(true, "vera");
        pages().filter(path -> path.startsWith("/ns/looks")
                        && !path.contains("faulty")
                        && !path.contains("dialog")
                        && !path.contains("/webhooks"))
                .forEach(path -> {
                    page.navigate(url(path));
                    assertThat(page.locator("h1").first()).isVisible();
                    // The playground only reads.
                    assertThat(
                                    page.locator(
                                            "main form[method=post]:not([action$=playground]) button:not([type=button]):enabled:visible"))
                            .hasCount(0);
                });
        page.navigate(url("/ns/looks"));
        assertThat(page.locator(".needs")).containsText(new String[] {"needs editor", "needs deployer"});
        page.navigate(url("/ns/looks/endpoints/echo/autoscaling"));
        assertThat(page.locator(".needs").last()).containsText("needs deployer");
        assertThat(page.navigate(url("/users")).status()).isEqualTo(403);
        assertThat(page.locator("main")).containsText("an admin of the platform");
        page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        assertThat(Stream.of("light", "dark").flatMap(theme -> serious(page, "/users", theme)))
                .isEmpty();
        assertThat(page.navigate(url("/ns/nowhere")).status()).isEqualTo(404);
        var other = TestApi.admin(port).namespace();
        assertThat(page.navigate(url("/ns/" + other + "/jobs")).status()).isEqualTo(404);
    }

    @Test
    void theKeyboardIsEnough() {
        var page = signedIn(true, "admin");
        page.navigate(url("/ns/looks"));
        page.keyboard().press("Tab");
        assertThat(page.locator(".skip")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("#main")).isFocused();
        page.keyboard().press("g");
        page.keyboard().press("m");
        page.waitForURL("**/ns/looks/models");
        page.keyboard().press("/");
        page.keyboard().type("train");
        page.keyboard().press("Enter");
        page.waitForURL("**/search?**");
        page.locator("main a")
                .filter(new com.microsoft.playwright.Locator.FilterOptions().setHasText("train"))
                .first()
                .press("Enter");
        page.waitForURL("**/jobs/train");
        page.navigate(url("/ns/looks/models/Tide%20Table%20v2.1/versions/2"));
        assertThat(page.locator(".lineage")).containsText("Run");
        assertThat(page.locator("h1 + .tg")).hasText("Production");
        page.navigate(url("/ns/looks/models/Tide%20Table%20v2.1"));
        page.locator("[data-dialog=move]").press("Enter");
        assertThat(page.locator("dialog#move")).isVisible();
        page.keyboard().press("Escape");
        assertThat(page.locator("dialog#move")).not().isVisible();
        assertThat(page.locator("[data-dialog=move]")).isFocused();
    }

    @Test
    void aLogShowsItsColoursTheLastStateOfABarAndItsBeginningOnDemand() {
        var page = signedIn(true, "admin");
        page.navigate(url("/ns/looks/jobs/train"));
        assertThat(page.locator(".log pre")).not().containsText("green");
        while (page.locator("a[data-earlier]").isVisible()) {
            var before = page.locator(".log .ln").count();
            page.locator("a[data-earlier]").click();
            page.waitForCondition(() -> page.locator(".log .ln").count() > before);
        }
        assertThat(page.locator(".log .t2")).hasText("green");
        assertThat(page.locator(".log pre")).containsText("and <b>not bold</b>");
        assertThat(page.locator(".log pre")).containsText("100%|####|");
        assertThat(page.locator(".log pre")).not().containsText("50%|####|");
    }

    @Test
    void anExecutedNotebookIsReadAndNothingInItRuns() {
        var page = signedIn(true, "admin");
        page.navigate(url("/ns/looks/jobs/train"));
        page.getByText("Notebook", new Page.GetByTextOptions().setExact(true)).click();
        page.waitForURL("**/notebook?**");
        assertThat(page.locator(".cell h1")).hasText("Tides");
        assertThat(page.locator(".output.text")).containsText("100%");
        assertThat(page.locator(".output.text .t1")).hasText("red");
        assertThat(page.locator(".output table td")).hasText("59");
        assertThat(page.locator(".output.error")).containsText("ZeroDivisionError");
        assertThat(page.locator(".output.other")).containsText("application/x-widget is not shown");
        page.waitForCondition(
                () -> Boolean.TRUE.equals(page.evaluate("document.querySelector('.output img').naturalWidth === 1")));
        assertThat(page.title()).doesNotContain("owned");
        assertThat(page.locator("main script, main [onclick]")).hasCount(0);
    }

    @Test
    void aPolicyIsPlannedAndSwitchedOffOnThePage() {
        var page = signedIn(true, "admin");
        page.navigate(url("/ns/looks/endpoints/echo/autoscaling"));
        page.getByLabel("At most").fill("none");
        page.getByLabel("At most").blur();
        assertThat(page.locator("#plan")).containsText("\"none\" is not valid");
        page.getByLabel("Number of replicas").selectOption("fixed");
        assertThat(page.getByLabel("At most")).not().isVisible();
        assertThat(page.locator("#plan")).containsText("is not valid");
        page.navigate(url("/ns/looks/endpoints/echo/autoscaling"));
        page.getByLabel("Number of replicas").selectOption("fixed");
        assertThat(page.locator("#plan")).containsText("Makes revision 2");
        assertThat(page.locator("#plan")).containsText("autoscaling.max");
        page.getByText("The same with curl").click();
        assertThat(page.locator("#plan pre")).containsText("curl -X PUT http://127.0.0.1");
        page.locator("#reason").fill("calm");
        page.getByText("Keep it as a new revision").click();
        assertThat(page.locator(".note")).containsText("The number of replicas is fixed: 1");
        assertThat(page.locator("p.lead").first()).containsText("revision 2");
    }

    @Test
    void anIdlePageIsSilentUntilSomethingHappens() {
        var page = signedIn(true, "admin");
        page.waitForRequest(request -> request.url().endsWith("/live"), () -> page.navigate(url("/ns/looks/history")));
        page.waitForTimeout(1_500); // the first look after the stream has opened
        var asked = new ArrayList<String>();
        page.onRequest(request -> asked.add(request.url()));
        page.waitForTimeout(6_000);
        assertThat(asked).isEmpty();
        TestApi.admin(port).post("/api/v1/namespaces/looks/models", "{\"name\":\"news\"}");
        assertThat(page.locator("table")).containsText("news");
    }

    @Test
    void anEndedSessionLeadsToTheSignInAndBackToThePage() {
        var page = signedIn(true, "admin");
        page.navigate(url("/ns/looks/jobs/train?tab=events"));
        page.context().clearCookies();
        page.locator("#live").dispatchEvent("tick");
        page.waitForURL("**/sign-in");
        OneBrowser.fillIn(page, "admin", "wrong");
        assertThat(page.locator("[role=alert]")).containsText("do not match");
        OneBrowser.fillIn(page, "admin", TestInstallation.ADMIN_PASSWORD);
        page.waitForURL("**/ns/looks/jobs/train?tab=events**");

        page.navigate(url("/ns/looks/register?job=train"));
        page.context().clearCookies();
        page.getByLabel("Model", new Page.GetByLabelOptions().setExact(true)).fill("typed");
        page.locator("main form button").press("Enter");
        assertThat(page.locator(".refusal")).containsText("Your session has ended");
        assertThat(page.locator("header"))
                .hasCount(1 + page.locator("main header").count());
    }

    private Page signedIn(boolean scripts, String user) {
        var fresh = OneBrowser.page(scripts, ColorScheme.LIGHT, complaints);
        page = fresh;
        OneBrowser.signIn(fresh, port, user, user.equals("admin") ? TestInstallation.ADMIN_PASSWORD : VIEWERS_PASSWORD);
        return fresh;
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    private static void until(TestApi api, String path, String phase) {
        for (var end = System.nanoTime() + Duration.ofSeconds(90).toNanos(); System.nanoTime() < end; ) {
            if (api.get(path).json().at("/status/phase").asString("").equals(phase)) {
                return;
            }
            pause();
        }
        throw new AssertionError(path + " is not " + phase + ": " + api.get(path));
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}
