package dev.tidewright;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The dashboard's main paths in a real headless browser, against the real application and its local cluster. */
@IntegrationTest
class BrowserIT {

    private static final double PATIENCE = 90_000;
    private static final String EVIL =
            "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

    private final List<String> complaints = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private BrowserContext context;

    @LocalServerPort
    private int port;

    @AfterEach
    void nobodyComplained() {
        context.close();
        assertThat(complaints).isEmpty();
    }

    @Test
    void theMainJobByHand() {
        var page = signedIn(true, ColorScheme.LIGHT);
        createNamespace(page, "hand");

        page.navigate(url("/ns/hand/jobs/new"));
        page.getByLabel("Notebook, script or archive").setInputFiles(script());
        assertThat(page.locator("#source")).containsText("train.py");
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("first");
        page.locator("[name=parameter]").first().fill("alpha");
        page.locator("[name=value]").first().fill("0.5");
        assertThat(page.locator("#plan")).containsText("Would start at once");
        page.getByText("Submit", new Page.GetByTextOptions().setExact(true)).click();

        page.waitForURL("**/ns/hand/jobs/first");
        // Without a reload: the page follows.
        assertThat(page.locator(".st-chip")).hasText("Succeeded", patient());
        assertThat(page.locator(".log pre")).containsText("alpha is 0.5");
        assertThat(page.locator("main")).containsText("rmse");
        assertThat(page.locator("#chart-0 canvas")).isVisible();
        page.getByText("Artifacts").click();
        page.getByRole(com.microsoft.playwright.options.AriaRole.LINK, named("model/model.py"))
                .click();
        assertThat(page.locator("[aria-label=Preview]")).containsText("def predict");

        page.getByText("Register a model").click();
        page.getByLabel("Model", new Page.GetByLabelOptions().setExact(true)).fill("tide");
        page.getByRole(com.microsoft.playwright.options.AriaRole.BUTTON, button("Register"))
                .click();
        page.waitForURL("**/models/tide/versions/1");
        assertThat(page.locator(".lineage")).containsText("first");
        page.navigate(url("/ns/hand/history"));
        assertThat(page.locator("table")).containsText("tide");
    }

    @Test
    void anEndpointIsDeployedTriedChangedAndRolledBack() {
        var page = signedIn(true, ColorScheme.LIGHT);
        createNamespace(page, "serve");
        deploy(page, "/ns/serve/endpoints/new", "echo", "one", "");
        assertThat(page.locator(".st-chip")).hasText("Serving", patient());
        assertThat(tried(page)).contains("one");

        deploy(page, "/ns/serve/endpoints/new?endpoint=echo", "", "two", "second try");
        assertThat(page.locator(".st-chip")).hasText("Serving", patient());
        assertThat(page.locator("p.lead").first()).containsText("revision 2", containing());
        page.waitForCondition(
                () -> tried(page).contains("two"), new Page.WaitForConditionOptions().setTimeout(PATIENCE));

        page.navigate(url("/ns/serve/endpoints/echo/rollback?revision=1"));
        page.getByRole(com.microsoft.playwright.options.AriaRole.BUTTON, button("Roll back"))
                .click();
        assertThat(page.locator("main")).containsText("What will happen"); // nothing without a reason
        page.getByLabel("Reason").fill("the second one was worse");
        page.getByRole(com.microsoft.playwright.options.AriaRole.BUTTON, button("Roll back"))
                .click();
        page.waitForURL("**/endpoints/echo");
        page.waitForCondition(
                () -> tried(page).contains("one"), new Page.WaitForConditionOptions().setTimeout(PATIENCE));
        page.navigate(url("/ns/serve/endpoints/echo?tab=revisions"));
        assertThat(page.locator("main")).containsText("the second one was worse");
        assertThat(page.locator("main")).containsText("copy of 1");
    }

    @Test
    void readingAndSendingWorkWithoutJavaScript() {
        var page = signedIn(false, ColorScheme.LIGHT);
        createNamespace(page, "plain");
        page.navigate(url("/ns/plain/jobs/new"));
        page.getByLabel("Notebook, script or archive").setInputFiles(script());
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("plain-job");
        page.getByText("Submit", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.locator("h1")).hasText("plain-job");
        page.navigate(url("/ns/plain/jobs"));
        assertThat(page.locator("table")).containsText("plain-job");
        // A refusal is a page with the sentence; the browser keeps what was typed.
        page.navigate(url("/ns/plain/jobs/new"));
        page.getByLabel("CPU, cores").fill("16 GB");
        page.getByLabel("or a command").fill("python -V");
        page.getByLabel("or a command").press("Enter");
        assertThat(page.locator("main")).containsText("16 GB");
        complaints.removeIf(text -> text.contains("422"));
    }

    @Test
    void aRefusedFormKeepsWhatWasTypedAndSaysWhatIsWrongBesideEachField() {
        var page = signedIn(true, ColorScheme.LIGHT);
        createNamespace(page, "typos");
        page.navigate(url("/ns/typos/jobs/new"));
        assertThat(page.locator("#deadline")).hasValue("1d");
        page.locator("#name").fill("Not a Name");
        page.locator("#cpu").fill("-1");
        page.locator("#memory").fill("16 GB");
        page.locator("#gpu").fill("lots");
        page.locator("#requirements").fill("--index-url=http://example.invalid");
        page.locator("#deadline").fill("soon");
        page.locator("#deadline").press("Control+Enter");
        assertThat(page.locator("#file + .field-error")).containsText("there is nothing to run");
        assertThat(page.locator("#cpu + .field-error")).containsText("500m");
        assertThat(page.locator("#memory + .field-error")).containsText("512Mi");
        assertThat(page.locator("#name + .field-error")).containsText("lower-case letters");
        assertThat(page.locator("#gpu + .field-error")).containsText("nvidia.com/gpu=1");
        assertThat(page.locator("#requirements + .field-error")).containsText("without options");
        assertThat(page.locator("#deadline + .field-error")).containsText("1h30m");
        assertThat(page.locator("#name")).hasValue("Not a Name");
        assertThat(page.locator("#memory")).hasValue("16 GB");
        // The plan is asked for in the same form, and takes no mark away.
        assertThat(page.locator("#plan")).containsText("cannot be accepted");
        assertThat(page.locator("[aria-invalid=true]")).hasCount(7);
        assertThat(page.locator(".refusal [data-field]:visible")).hasCount(0);

        page.navigate(url("/ns/typos/endpoints/new"));
        page.locator("#name").fill("kept");
        page.locator("#memory").evaluate("field => { field.value = 'lots'; }");
        page.locator("#name").press("Control+Enter");
        assertThat(page.locator("#memory + .field-error")).containsText("512Mi");
        assertThat(page.locator("#model + .field-error")).containsText("choose a model version");
        assertThat(page.locator("#name")).hasValue("kept");

        page.navigate(url("/ns/typos/settings"));
        page.locator("#user").fill("Nobody at all");
        page.locator("#user").press("Enter");
        assertThat(page.locator("#user + .field-error")).isVisible();
        page.locator("#cpu").fill("lots");
        page.locator("#cpu").press("Enter");
        assertThat(page.locator("#cpu + .field-error")).isVisible();
        assertThat(page.locator(".refusal .note")).hasCount(1);
        complaints.removeIf(text -> text.contains("422"));
    }

    @Test
    void textOfOthersStaysText() {
        var page = signedIn(true, ColorScheme.LIGHT);
        var admin = TestApi.admin(port);
        admin.post("/api/v1/namespaces", "{\"name\":\"evil\",\"description\":" + quoted(EVIL) + "}");
        admin.post(
                "/api/v1/namespaces/evil/models",
                "{\"name\":\"evil\",\"description\":"
                        + quoted("# card\n" + EVIL + "\n[x](javascript:alert(1)) ![p](http://example.invalid/p.png)")
                        + "}");
        var upload = admin.upload("evil", "evil.py", ("print(" + quoted(EVIL) + ")").getBytes(StandardCharsets.UTF_8));
        admin.post(
                "/api/v1/namespaces/evil/jobs",
                "{\"name\":\"evil\",\"source\":{\"upload\":\"" + upload + "\"},\"description\":" + quoted(EVIL)
                        + ",\"parameters\":{\"p\":" + quoted(EVIL) + "}}");
        for (var path : List.of(
                "/ns/evil",
                "/namespaces",
                "/ns/evil/settings",
                "/ns/evil/models",
                "/ns/evil/models/evil",
                "/ns/evil/jobs",
                "/ns/evil/history",
                "/search?q=" + java.net.URLEncoder.encode(EVIL, StandardCharsets.UTF_8))) {
            page.navigate(url(path));
            assertThat(page.title()).doesNotContain("owned");
            assertThat(page.locator("main img, main script").count()).isZero();
        }
        assertThat(page.locator("a[href^='javascript']").count()).isZero();
        page.navigate(url("/ns/evil/jobs/evil"));
        assertThat(page.locator(".log pre")).containsText("onerror", containing());
        assertThat(page.locator("main img").count()).isZero();
        assertThat(page.title()).doesNotContain("owned");
    }

    @Test
    void aTokenIsShownOnceAndRevoked() {
        var page = signedIn(true, ColorScheme.LIGHT);
        page.navigate(url("/account/tokens"));
        page.getByLabel("What it is for").fill("nightly");
        page.getByText("Create the token").click();
        var secret = page.locator("#secret").textContent();
        assertThat(new TestApi(port, secret).get("/api/v1/whoami").status()).isEqualTo(200);
        page.navigate(url("/account/tokens"));
        assertThat(page.content()).doesNotContain(secret);
        page.getByLabel("Revoke nightly").click();
        assertThat(page.locator("table")).containsText("revoked");
        assertThat(new TestApi(port, secret).get("/api/v1/whoami").status()).isEqualTo(401);
    }

    @Test
    void whatWaitsForASecondPersonIsOnThatPersonsHome() {
        var admin = TestApi.admin(port);
        var ns = admin.namespace();
        var model = "/api/v1/namespaces/" + ns + "/models/sea%20level";
        admin.post("/api/v1/namespaces/" + ns + "/models", "{\"name\":\"sea level\"}");
        var upload = admin.upload(ns, "m.zip", Zipped.file("model.joblib"));
        admin.post(model + "/versions", "{\"upload\":\"" + upload + "\"}");
        admin.put(model + "/protected-aliases/champion", "{}");
        var ana = admin.member(ns, "DEPLOYER");
        var asked = ana.put(model + "/aliases/champion", "{\"version\":1,\"reason\":\"it is better\"}");
        assertThat(asked.code()).as("%s", asked).isEqualTo("awaits-approval");

        var page = signedIn(true, ColorScheme.LIGHT);
        page.navigate(url("/ns/" + ns));
        var need = page.locator("li.need").filter(new Locator.FilterOptions().setHasText("sea level@champion"));
        assertThat(need).containsText("asks for it to point at version 1: it is better");
        need.getByText("Decide").click();
        page.waitForURL("**/models/sea%20level#requests");
        assertThat(page.locator("#requests")).containsText("it is better");
    }

    private Page signedIn(boolean scripts, ColorScheme scheme) {
        var page = OneBrowser.page(scripts, scheme, complaints);
        context = page.context();
        OneBrowser.signIn(page, port, "admin", TestInstallation.ADMIN_PASSWORD);
        return page;
    }

    private void createNamespace(Page page, String name) {
        page.navigate(url("/namespaces"));
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill(name);
        // By the keyboard, as people do; a click waits for a page that stands still, which a busy machine's does not.
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).press("Enter");
        page.waitForURL("**/ns/" + name + "/settings");
    }

    private void deploy(Page page, String path, String name, String answer, String reason) {
        page.navigate(url(path));
        if (!name.isEmpty()) {
            page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill(name);
        }
        page.getByLabel("Model version").selectOption("");
        page.getByLabel("Replicas", new Page.GetByLabelOptions().setExact(true)).fill("1");
        if (!page.getByLabel("Script or archive").isVisible()) {
            page.getByText("A service of mine instead").click();
        }
        page.getByLabel("Script or archive").setInputFiles(service(answer));
        assertThat(page.locator("#source")).containsText("app.py");
        page.getByLabel("Reason").fill(reason);
        page.locator("form footer button").click();
        page.waitForURL("**/endpoints/echo");
    }

    private String tried(Page page) {
        page.navigate(url("/ns/serve/endpoints/echo?tab=playground"));
        page.getByRole(com.microsoft.playwright.options.AriaRole.BUTTON, button("Send"))
                .click();
        assertThat(page.locator("#answer .st-chip")).isVisible();
        return page.locator("#answer").textContent();
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    private static FilePayload script() {
        return new FilePayload("train.py", "text/x-python", """
                import json, os, time
                alpha = os.environ.get("TIDEWRIGHT_PARAM_ALPHA", "0.1")
                print("alpha is", alpha, flush=True)
                out = os.environ["TIDEWRIGHT_OUTPUT"]
                with open(out + "/metrics.jsonl", "a") as file:
                    for step in range(1, 6):
                        file.write(json.dumps({"key": "rmse", "value": 1 / step, "step": step}) + "\\n")
                        file.flush()
                        time.sleep(0.3)
                os.makedirs(out + "/model")
                with open(out + "/model/model.py", "w") as file:
                    file.write("def predict(features):\\n    return [0 for _ in features]\\n")
                """.getBytes(StandardCharsets.UTF_8));
    }

    private static FilePayload service(String answer) {
        return new FilePayload("app.py", "text/x-python", """
                import http.server, os
                class App(http.server.BaseHTTPRequestHandler):
                    def do_POST(self):
                        self.rfile.read(int(self.headers.get("Content-Length") or 0))
                        self.do_GET()
                    def do_GET(self):
                        body = b'{"answer": "%s"}'
                        self.send_response(200)
                        self.send_header("Content-Type", "application/json")
                        self.send_header("Content-Length", str(len(body)))
                        self.end_headers()
                        self.wfile.write(body)
                http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), App).serve_forever()
                """.formatted(answer).getBytes(StandardCharsets.UTF_8));
    }

    private static String quoted(String text) {
        return tools.jackson.databind.json.JsonMapper.shared().writeValueAsString(text);
    }

    private static LocatorAssertions.HasTextOptions patient() {
        return new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE);
    }

    private static LocatorAssertions.ContainsTextOptions containing() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE);
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    private static Page.GetByRoleOptions button(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }
}
