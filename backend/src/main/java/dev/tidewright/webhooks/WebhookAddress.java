package dev.tidewright.webhooks;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import okhttp3.HttpUrl;

/** Where a receiver is. Read by the very client that will call it, so that both mean the same host. */
record WebhookAddress(HttpUrl url) {

    private static final int LONGEST = 2000;

    static WebhookAddress of(String text) {
        var url = text.length() > LONGEST ? null : HttpUrl.parse(text);
        if (url == null) {
            throw wrong(text, "is no address of http or https with a host, of at most " + LONGEST + " characters");
        }
        if (!url.username().isEmpty() || !url.password().isEmpty()) {
            throw wrong(url.host(), "has a user or password in front, which logs would show");
        }
        if (url.fragment() != null) {
            throw wrong(url.host(), "has a part behind #, which is never sent");
        }
        return new WebhookAddress(url);
    }

    String text() {
        return url.toString();
    }

    private static Refusal wrong(String text, String what) {
        return new Refusal.Invalid(
                "invalid-url",
                "url",
                "\"" + Text.shortened(text, 80) + "\" " + what + ": give one like https://ci.example.org/hooks/models");
    }
}
