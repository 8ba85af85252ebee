package dev.tidewright.web;

import dev.tidewright.history.HistoryEntry;
import dev.tidewright.kernel.Resources;
import dev.tidewright.kernel.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** How the pages write numbers and times; the templates call it as {@code @words}. */
@Component("words")
public class Words {

    /** At the beginning of a sentence. */
    private static final Pattern WORD = Pattern.compile("[\\p{Ll}'’]+[,:;.]?(?:\\s|$)");

    private static final DateTimeFormatter CLOCK = formatter("HH:mm:ss");
    private static final DateTimeFormatter DAY = formatter("d MMM HH:mm");
    private static final DateTimeFormatter FULL = formatter("yyyy-MM-dd HH:mm:ss 'UTC'");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final InstantSource clock;

    Words(InstantSource clock) {
        this.clock = clock;
    }

    /** As people would write it down. */
    public String json(Object value) {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    }

    /** {@code 3 min ago}; a date from two days on. */
    public String ago(@Nullable Instant at) {
        if (at == null) {
            return "–";
        }
        var past = Duration.between(at, clock.instant());
        if (past.isNegative()) {
            return "in " + span(past.negated());
        }
        if (past.toSeconds() < 5) {
            return "just now";
        }
        return past.toHours() < 48 ? span(past) + " ago" : DAY.format(at);
    }

    /** The same for a time that comes as ISO 8601 text. */
    public String agoText(String at) {
        return ago(Instant.parse(at));
    }

    public boolean past(Instant at) {
        return at.isBefore(clock.instant());
    }

    /** The time of today, or the day and the time. */
    public String clock(@Nullable Instant at) {
        if (at == null) {
            return "–";
        }
        return Duration.between(at, clock.instant()).abs().toHours() < 20 ? CLOCK.format(at) : DAY.format(at);
    }

    public String full(@Nullable Instant at) {
        return at == null ? "" : FULL.format(at);
    }

    /** From one moment to another, or until now. */
    public String took(@Nullable Instant from, @Nullable Instant to) {
        return from == null ? "–" : length(Duration.between(from, to == null ? clock.instant() : to));
    }

    /** {@code 0.8 s}, {@code 48 s}, {@code 17 m 10 s}, {@code 3 h 05 m}, {@code 2 d 4 h}. */
    public String length(@Nullable Duration length) {
        if (length == null) {
            return "–";
        }
        if (length.toSeconds() < 10) {
            return number(Math.max(0, length.toMillis()) / 1000.0, 1) + " s";
        }
        if (length.toMinutes() < 1) {
            return length.toSeconds() + " s";
        }
        if (length.toHours() < 1) {
            return "%d m %02d s".formatted(length.toMinutes(), length.toSecondsPart());
        }
        return length.toDays() < 1
                ? "%d h %02d m".formatted(length.toHours(), length.toMinutesPart())
                : "%d d %d h".formatted(length.toDays(), length.toHoursPart());
    }

    public String seconds(double seconds) {
        return length(Duration.ofMillis(Math.round(seconds * 1000)));
    }

    /** {@code 2 cpu · 4Gi · 1 GPU}. */
    public String hardware(Resources resources) {
        var text = new StringBuilder(resources.cpu() + " cpu · " + resources.memory());
        resources
                .gpu()
                .forEach((name, count) ->
                        text.append(" · ").append(count).append(' ').append(device(name)));
        return text.toString();
    }

    /** {@code nvidia.com/gpu=1, amd.com/gpu=2}, as forms have it. */
    public String devices(Map<String, Long> devices) {
        return String.join(
                ", ",
                devices.entrySet().stream()
                        .map(device -> device.getKey() + "=" + device.getValue())
                        .toList());
    }

    /** One {@code NAME=value} a line. */
    public String pairs(Map<String, String> pairs) {
        return String.join(
                "\n",
                pairs.entrySet().stream()
                        .map(pair -> pair.getKey() + "=" + pair.getValue())
                        .toList());
    }

    public String shortened(String text, int limit) {
        return Text.shortened(text, limit);
    }

    /** {@code 512 B}, {@code 14 KiB}, {@code 1.9 GiB}. */
    public String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double size = bytes;
        var unit = 0;
        while (size >= 1024 && unit < 5) {
            size /= 1024;
            unit++;
        }
        return number(size, size < 10 ? 1 : 0) + " " + "BKMGTP".charAt(unit) + "iB";
    }

    /** Amounts of the API are exact; a page rounds bare bytes. */
    public String amount(String exact) {
        return exact.matches("[0-9]{5,18}") ? bytes(Long.parseLong(exact)) : exact;
    }

    /** At most four digits that matter. */
    public String value(@Nullable Double value) {
        if (value == null) {
            return "–";
        }
        if (value.isNaN() || value.isInfinite()) {
            return value.toString();
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            return "%,d".formatted(value.longValue());
        }
        var size = Math.abs(value);
        return size >= 1e15
                ? "%.3g".formatted(value)
                : size >= 1000 ? number(value, 1) : size >= 0.001 ? number(value, 4) : "%.3g".formatted(value);
    }

    public String number(double value, int decimals) {
        var text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }

    public String milliseconds(double seconds) {
        return seconds <= 0 ? "–" : number(seconds * 1000, seconds < 0.01 ? 1 : 0) + " ms";
    }

    public String counted(long count, String noun) {
        return Text.counted(count, noun);
    }

    /** What a resource is called on a page: {@code nvidia.com/gpu} is GPU. */
    public String device(String resource) {
        return switch (resource) {
            case "cpu" -> "CPU";
            case "memory" -> "Memory";
            case "storage" -> "Artifacts";
            case "jobs" -> "Running jobs";
            case "endpoints" -> "Endpoints";
            default -> resource.endsWith("/gpu") ? "GPU" : resource.substring(resource.indexOf('/') + 1);
        };
    }

    /** The beginning and the end of an id or digest. */
    public String abbreviated(@Nullable Object id) {
        var text = String.valueOf(id).replaceFirst("^sha256:", "");
        return text.length() <= 16 ? text : text.substring(0, 8) + "…" + text.substring(text.length() - 4);
    }

    /** What an HTTP status means to a reader, where nothing better is known. */
    public String statusTitle(@Nullable Integer status) {
        var known = status == null ? null : HttpStatus.resolve(status);
        return switch (known) {
            case NOT_FOUND -> "There is nothing here";
            case FORBIDDEN -> "You may not do this";
            case UNPROCESSABLE_CONTENT -> "This cannot be accepted as it is";
            case CONFLICT -> "This does not fit the present state";
            case PRECONDITION_FAILED -> "Somebody changed it meanwhile";
            case null -> "Something went wrong";
            default -> known.is5xxServerError() ? "Something is broken on our side" : known.getReasonPhrase();
        };
    }

    public String statusSentence(@Nullable Integer status) {
        var known = status == null ? null : HttpStatus.resolve(status);
        return switch (known) {
            case NOT_FOUND -> "The address is wrong, the thing was deleted, or it is in a namespace you are not in.";
            case FORBIDDEN -> "Your session may have ended, or your role is too small: sign in again and repeat it.";
            case null -> "Try again; if it stays, tell an admin of the platform.";
            default ->
                known.is5xxServerError()
                        ? "Nothing of yours is lost. Try again in a minute; if it stays, tell an admin of the platform."
                        : "The request cannot be carried out as it is.";
        };
    }

    /** Sentences of the API begin small; on a page they stand alone. What is a name more likely than a word stays as it is. */
    public String sentenceCase(@Nullable String sentence) {
        if (sentence == null) {
            return "";
        }
        return WORD.matcher(sentence).lookingAt()
                ? sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1)
                : sentence;
    }

    /** {@code moved from v1 to v2}: what a history entry says after the name. */
    public String sentence(HistoryEntry entry) {
        var verb = verb(entry);
        if (entry.from() != null && entry.from().equals(entry.to())) {
            return "still " + word(entry.to());
        }
        if (entry.from() != null && entry.to() != null) {
            return (verb.equals("status") ? "" : verb + " ") + word(entry.from()) + " → " + word(entry.to());
        }
        return verb.equals("status") && entry.to() != null
                ? word(entry.to())
                : verb + (entry.to() == null || entry.to().equals(entry.name()) ? "" : ": " + word(entry.to()));
    }

    private static String verb(HistoryEntry entry) {
        var alias = entry.facts().get("alias");
        if (alias == null || !entry.verb().startsWith("alias-")) {
            return entry.verb().replace('-', ' ');
        }
        var what = entry.from() == null ? "made" : entry.verb().substring("alias-".length());
        return "alias " + alias + " " + what;
    }

    /** Upper-case codes as words; everything else as it is. */
    public String word(@Nullable String code) {
        return code == null
                ? ""
                : code.matches("[A-Z][A-Z_]+") ? code.toLowerCase(Locale.ROOT).replace('_', ' ') : code;
    }

    public String actor(HistoryEntry entry) {
        return entry.via().isEmpty() ? entry.actor() : entry.actor() + " (" + entry.via() + ")";
    }

    private String span(Duration span) {
        if (span.toMinutes() < 1) {
            return span.toSeconds() + " s";
        }
        return span.toHours() < 1 ? span.toMinutes() + " min" : span.toHours() + " h";
    }

    private static DateTimeFormatter formatter(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }
}
