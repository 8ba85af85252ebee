package dev.tidewright.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A line of a log as a terminal would show it: a carriage return goes back to the line's beginning, so that of a progress
 * bar its last state is seen; colours are spans; other control sequences are nothing.
 *
 * @param level {@code error}, {@code warn}, {@code sys}, or empty
 * @param open its end has not been written yet: what follows belongs to it
 * @param returns what follows takes its place
 * @param rewritten it takes the place of an open line before it, instead of going on with that
 */
public record LogLine(List<Span> spans, String level, boolean open, boolean returns, boolean rewritten) {

    /** Nobody reads on beyond this; the whole line is in the text that can be downloaded. */
    private static final int LONGEST = 20_000;

    private static final Pattern ERROR =
            Pattern.compile("\\b(error|exception|traceback|fatal|critical)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern WARNING = Pattern.compile("\\bwarn(ing)?\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern OURS = Pattern.compile("^(\\[?tidewright|launcher)", Pattern.CASE_INSENSITIVE);

    public LogLine {
        spans = List.copyOf(spans);
    }

    /**
     * Text of one look.
     *
     * @param style names of style classes, divided by spaces; empty for plain text
     */
    public record Span(String style, String text) {}

    /** The lines of a piece of a log. Colours go on over the ends of lines, as they do on a terminal. */
    public static List<LogLine> of(String text) {
        var lines = new ArrayList<LogLine>();
        var look = new TerminalLook();
        var from = 0;
        while (from < text.length()) {
            var newline = text.indexOf('\n', from);
            var end = newline < 0 ? text.length() : newline;
            lines.add(line(text.substring(from, end), newline < 0, look));
            from = end + 1;
        }
        return lines;
    }

    private static LogLine line(String raw, boolean open, TerminalLook look) {
        var written = raw;
        while (!open && written.endsWith("\r")) {
            written = written.substring(0, written.length() - 1);
        }
        var returns = written.endsWith("\r");
        while (written.endsWith("\r")) {
            written = written.substring(0, written.length() - 1);
        }
        var spans = List.<Span>of();
        var rewritten = false;
        // Every state is read, since a colour that was set in an earlier one holds on.
        for (var state : written.split("\r", -1)) {
            rewritten |= !spans.isEmpty() || (state.isEmpty() && written.length() > 0);
            var shown = look.spans(state.length() <= LONGEST ? state : state.substring(0, LONGEST) + " …");
            spans = shown.isEmpty() ? spans : shown;
        }
        return new LogLine(spans, level(spans), open, returns, rewritten);
    }

    private static String level(List<Span> spans) {
        var plain = String.join("", spans.stream().map(Span::text).toList());
        if (ERROR.matcher(plain).find()) {
            return "error";
        }
        if (WARNING.matcher(plain).find()) {
            return "warn";
        }
        return OURS.matcher(plain).find() ? "sys" : "";
    }
}
