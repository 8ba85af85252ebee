package dev.tidewright.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/** The look that escape sequences have set so far (ECMA-48 SGR); all sequences that set none are left out. */
final class TerminalLook {

    /** CSI … letter; OSC … BEL or ST; any other escape with one letter; lone control characters but the tab. */
    private static final Pattern SEQUENCE = Pattern.compile(
            "\u001b\\[([0-9;:?<>=!]*)[ -/]*([@-~])|\u001b\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?|\u001b[@-Z\\\\^_()#%]?.?"
                    + "|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]");

    /** Of one channel of a colour: more than this counts as lit. */
    private static final int LIT = 110;

    private int colour = -1;
    private boolean bold;
    private boolean faint;

    List<LogLine.Span> spans(String text) {
        var spans = new ArrayList<LogLine.Span>();
        var match = SEQUENCE.matcher(text);
        var from = 0;
        while (match.find()) {
            add(spans, text.substring(from, match.start()));
            from = match.end();
            if ("m".equals(match.group(2))) {
                set(match.group(1));
            }
        }
        add(spans, text.substring(from));
        return spans;
    }

    private void add(List<LogLine.Span> spans, String text) {
        if (text.isEmpty()) {
            return;
        }
        var style = style();
        var last = spans.isEmpty() ? null : spans.getLast();
        if (last != null && last.style().equals(style)) {
            spans.set(spans.size() - 1, new LogLine.Span(style, last.text() + text));
        } else {
            spans.add(new LogLine.Span(style, text));
        }
    }

    private String style() {
        var style = new StringJoiner(" ");
        if (colour >= 0) {
            style.add("t" + colour);
        }
        if (bold) {
            style.add("t-bold");
        }
        if (faint) {
            style.add("t-faint");
        }
        return style.toString();
    }

    private void set(String parameters) {
        var codes = parameters.split("[;:]", -1);
        for (var at = 0; at < codes.length; at++) {
            var code = number(codes[at]);
            if (code == 38 || code == 48) {
                var skipped = number(at + 1 < codes.length ? codes[at + 1] : "") == 5 ? 2 : 4;
                if (code == 38) {
                    colour = extended(codes, at);
                }
                at += skipped;
            } else {
                set(code);
            }
        }
    }

    private void set(int code) {
        if (code == 0) {
            colour = -1;
            bold = false;
            faint = false;
        } else if (code == 1) {
            bold = true;
        } else if (code == 2) {
            faint = true;
        } else if (code == 22) {
            bold = false;
            faint = false;
        } else if (code >= 30 && code <= 37) {
            colour = code - 30;
        } else if (code >= 90 && code <= 97) {
            colour = code - 90;
        } else if (code == 39) {
            colour = -1;
        }
    }

    /** One of 256 colours, or a mix of three: the nearest of the eight that both themes have. */
    private static int extended(String[] codes, int at) {
        if (at + 2 < codes.length && number(codes[at + 1]) == 5) {
            var index = number(codes[at + 2]);
            if (index < 16) {
                return Math.floorMod(index, 8);
            }
            var cube = index - 16;
            return index > 231 ? -1 : nearest(cube / 36 * 51, cube / 6 % 6 * 51, cube % 6 * 51);
        }
        return at + 4 < codes.length
                ? nearest(number(codes[at + 2]), number(codes[at + 3]), number(codes[at + 4]))
                : -1;
    }

    private static int nearest(int red, int green, int blue) {
        return (red > LIT ? 1 : 0) + (green > LIT ? 2 : 0) + (blue > LIT ? 4 : 0);
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
    }
}
