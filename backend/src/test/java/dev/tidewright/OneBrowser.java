package dev.tidewright;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One headless browser a JVM; each test gets a context of its own, as if it were another person at another machine. */
final class OneBrowser {

    private static final Browser BROWSER = launch();

    private OneBrowser() {}

    /** A fresh page; what its console complains about is written down, answers of 4xx excepted. */
    static Page page(boolean scripts, ColorScheme scheme, List<String> complaints) {
        var page = BROWSER.newContext(new Browser.NewContextOptions()
                        .setJavaScriptEnabled(scripts)
                        .setColorScheme(scheme))
                .newPage();
        page.setDefaultTimeout(20_000);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("status of 4")) {
                complaints.add(page.url() + ": " + message.text());
            }
        });
        page.onPageError(fault -> complaints.add(page.url() + ": " + fault));
        return page;
    }

    static void signIn(Page page, int port, String user, String password) {
        page.navigate("http://127.0.0.1:" + port + "/sign-in");
        fillIn(page, user, password);
        page.waitForURL(where -> !where.contains("sign-in"));
    }

    static void fillIn(Page page, String user, String password) {
        page.getByLabel("User name").fill(user);
        page.getByLabel("Password").fill(password);
        page.getByLabel("Password").press("Enter");
    }

    private static Browser launch() {
        var playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        // Its processes end with this JVM, whose pipes they read.
        return playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(Path.of(
                                Optional.ofNullable(System.getenv("CHROMIUM")).orElse("/usr/bin/chromium")))
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-background-networking",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-component-update",
                                "--disable-sync")));
    }
}
