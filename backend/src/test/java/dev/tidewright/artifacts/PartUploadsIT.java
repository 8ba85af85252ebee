package dev.tidewright.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.TestInstallation;
import dev.tidewright.artifacts.PartUploads.Part;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.transaction.support.TransactionOperations;

/** One file in parts: whatever comes in which order, and however often it is completed, there is one file and nothing beside it. */
@IntegrationTest
class PartUploadsIT {

    @LocalServerPort
    private int port;

    @Autowired
    private Artifacts artifacts;

    @Autowired
    private PartUploads uploads;

    @Autowired
    private PartUploadRows begun;

    @Autowired
    private ArtifactStore store;

    @Autowired
    private ArtifactRows rows;

    @Autowired
    private ArtifactSettings settings;

    @Autowired
    private TransactionOperations transactions;

    private final ArtifactOwner owner = new ArtifactOwner("test", UUID.randomUUID());
    private UUID upload = UUID.randomUUID();
    private Name namespace;
    private Set<Path> before;

    @BeforeEach
    void makeNamespace() throws IOException {
        namespace = Name.of(TestApi.admin(port).namespace());
        before = unfinished();
    }

    @Test
    void partsAreJoinedWhileTheyArriveInAnyOrder() throws IOException {
        upload = uploads.begin(namespace, owner, "large.bin", 8);
        var etags = new String[8];
        for (var number : List.of(2, 1, 4, 3, 8, 7, 5, 6)) {
            etags[number - 1] = put(uploads, number, text(number));
        }
        assertThat(unfinished()).as("what is joined already").hasSize(before.size() + 1);
        complete(uploads, etags);
        assertWhole(IntStream.rangeClosed(1, 8).mapToObj(PartUploadsIT::text).collect(Collectors.joining()));
    }

    @Test
    void aPartThatCameAgainCountsAsItCameLast() throws IOException {
        upload = uploads.begin(namespace, owner, "large.bin", 3);
        assertThatThrownBy(() -> uploads.complete(namespace, upload, List.of(), owner, "other.bin"))
                .hasMessageContaining("begun for another file");
        var etags = new String[] {
            put(uploads, 1, "first"), put(uploads, 2, "second"), put(uploads, 3, "third"),
        };
        etags[0] = put(uploads, 1, "another");
        complete(uploads, etags);
        assertWhole("anothersecondthird");
    }

    @Test
    void whatAnotherServerReceivedIsJoinedHere() throws IOException {
        upload = uploads.begin(namespace, owner, "large.bin", 4);
        var other = new PartUploads(artifacts, rows, joiner(), begun, transactions);
        var etags = new String[] {
            put(other, 1, "one;"), put(uploads, 2, "two;"), put(other, 3, "three;"), put(uploads, 4, "four;"),
        };
        complete(uploads, etags);
        assertThat(read()).isEqualTo("one;two;three;four;");
        complete(other, etags);
        uploads.abort(namespace, upload);
        other.abort(namespace, upload);
        assertWhole("one;two;three;four;");
    }

    @Test
    void completingAgainWaitsForTheFirstTimeAndChangesNothing() throws Exception {
        upload = uploads.begin(namespace, owner, "large.bin", 20);
        var other = new PartUploads(artifacts, rows, joiner(), begun, transactions);
        var etags = IntStream.rangeClosed(1, 20)
                .mapToObj(number -> put(uploads, number, text(number).repeat(10_000)))
                .toArray(String[]::new);
        var all = new ArrayList<Future<?>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var time = 0; time < 12; time++) {
                var one = time % 3 == 0 ? other : uploads;
                all.add(threads.submit(() -> complete(one, etags)));
            }
        }
        for (var each : all) {
            each.get();
        }
        complete(uploads, etags);
        assertThatThrownBy(() -> complete(uploads, Arrays.copyOf(etags, 19))).isInstanceOf(Refusal.Invalid.class);
        assertThatThrownBy(() -> uploads.complete(namespace, upload, parts(etags), owner, "other.bin"))
                .isInstanceOf(Refusal.Invalid.class);
        assertThat(artifacts.list(owner)).hasSize(1);
        assertThat(before).containsAll(unfinished());
    }

    @Test
    void whatWasJoinedAndCollectedSinceIsJoinedAgain() throws IOException {
        upload = uploads.begin(namespace, owner, "large.bin", 2);
        var etags = new String[] {put(uploads, 1, "one;"), put(uploads, 2, "two;")};
        for (var file : unfinished()) {
            if (!before.contains(file)) {
                Files.delete(file);
            }
        }
        complete(uploads, etags);
        assertWhole("one;two;");
    }

    @Test
    void aWrongCompletionLosesNothing() throws IOException {
        upload = uploads.begin(namespace, owner, "large.bin", 2);
        var etags = new String[] {put(uploads, 1, "one;"), put(uploads, 2, "two;")};
        assertThatThrownBy(() -> complete(uploads, etags[1], etags[0])).isInstanceOf(Refusal.Invalid.class);
        assertThatThrownBy(() -> complete(uploads, etags[0])).isInstanceOf(Refusal.Invalid.class);
        complete(uploads, etags);
        assertWhole("one;two;");
    }

    @Test
    void onlyWhatWasBegunHereIsTaken() throws IOException {
        upload = uploads.begin(namespace, owner, "large.bin", 2);
        for (var number : List.of(-1, 0, 3)) {
            assertThatThrownBy(() -> put(uploads, number, "beside"))
                    .isInstanceOf(Refusal.Invalid.class)
                    .hasMessageContaining("give 1 to 2");
        }
        var etags = new String[] {put(uploads, 1, "one;")};
        assertThatThrownBy(() -> complete(uploads, etags))
                .isInstanceOf(Refusal.Invalid.class)
                .hasMessageContaining("2 parts were announced, 1 arrived");
        var mine = upload;
        var here = namespace;
        namespace = Name.of(TestApi.admin(port).namespace());
        assertThatThrownBy(() -> put(uploads, 2, "of another namespace")).isInstanceOf(Refusal.NotFound.class);
        uploads.abort(namespace, mine);
        upload = UUID.randomUUID();
        namespace = here;
        assertThatThrownBy(() -> put(uploads, 1, "of nothing")).isInstanceOf(Refusal.NotFound.class);
        upload = mine;
        complete(uploads, etags[0], put(uploads, 2, "two;"));
        assertThatThrownBy(() -> put(uploads, 2, "late")).isInstanceOf(Refusal.Invalid.class);
        assertWhole("one;two;");
    }

    @Test
    void whatWasAbortedIsNotTakenAgain() {
        upload = uploads.begin(namespace, owner, "large.bin", 1);
        var etag = put(uploads, 1, "one;");
        uploads.abort(namespace, upload);
        assertThatThrownBy(() -> put(uploads, 1, "one;")).isInstanceOf(Refusal.NotFound.class);
        assertThatThrownBy(() -> complete(uploads, etag)).isInstanceOf(Refusal.NotFound.class);
        uploads.abort(namespace, upload);
    }

    private PartJoiner joiner() {
        return new PartJoiner(store, rows, InstantSource.system(), settings);
    }

    private String put(PartUploads where, int number, String content) {
        var bytes = content.getBytes(StandardCharsets.UTF_8);
        return where.put(namespace, upload, number, new ByteArrayInputStream(bytes), bytes.length);
    }

    private void complete(PartUploads where, String... etags) {
        where.complete(namespace, upload, parts(etags), owner, "large.bin");
    }

    private static List<Part> parts(String... etags) {
        return IntStream.range(0, etags.length)
                .mapToObj(index -> new Part(index + 1, etags[index]))
                .toList();
    }

    private static String text(int number) {
        return "part " + number + ";";
    }

    private void assertWhole(String content) throws IOException {
        assertThat(read()).isEqualTo(content);
        assertThat(artifacts.find(owner, "large.bin").orElseThrow().digest())
                .isEqualTo(Digest.of(Digest.algorithm().digest(content.getBytes(StandardCharsets.UTF_8))));
        assertThat(before).containsAll(unfinished());
    }

    private String read() throws IOException {
        try (var stream = artifacts.open(owner, "large.bin")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Set<Path> unfinished() throws IOException {
        var folder = TestInstallation.home().resolve("artifacts/incoming");
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        try (var files = Files.list(folder)) {
            return files.collect(Collectors.toSet());
        }
    }
}
