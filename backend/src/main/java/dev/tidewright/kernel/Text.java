package dev.tidewright.kernel;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Small rules for text that is shown to people. */
public final class Text {

    private Text() {}

    /** At most {@code limit} characters of {@code text}, the last one an ellipsis where something was cut. */
    public static String shortened(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, limit - 1) + "…";
    }

    /** Percent-encoded, so that it is one segment of an address whatever is in it. */
    public static String inPath(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** {@code 1 job}, {@code 2 jobs}. */
    public static String counted(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
