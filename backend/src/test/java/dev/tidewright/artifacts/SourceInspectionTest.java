package dev.tidewright.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceInspectionTest {

    @TempDir
    private Path folder;

    @Test
    void knowsAScriptANotebookAndArchives() throws IOException {
        assertThat(inspect("train.py", "print('hällo')")).isEqualTo(SourceKind.SCRIPT);
        assertThat(inspect("train.ipynb", "{\"nbformat\": 4, \"cells\": [{}]}")).isEqualTo(SourceKind.NOTEBOOK);
        assertThat(inspect("a.zip", zip("train.py", "x"))).isEqualTo(SourceKind.ARCHIVE);
        assertThat(inspect("A.TGZ", tar(entry("train.py"), "x"))).isEqualTo(SourceKind.ARCHIVE);
        assertThat(inspect("a.tar.gz", tar(entry("./src/train.py"), "x"))).isEqualTo(SourceKind.ARCHIVE);
    }

    @Test
    void whatIsNoProgramByItsNameIsAFile() throws IOException {
        assertThat(inspect("model.pkl", new byte[] {(byte) 0x80, 4, 0, 1})).isEqualTo(SourceKind.FILE);
        assertThat(inspect("data.csv", "a,b")).isEqualTo(SourceKind.FILE);
        assertThat(inspect("train", "#!/bin/sh")).isEqualTo(SourceKind.FILE);
        assertThat(inspect("RUN.SH", "echo")).isEqualTo(SourceKind.SCRIPT);
    }

    @Test
    void refusesEntriesThatSayOnePathTwice() throws IOException {
        assertRefused("a.tgz", tar("x.py", "x.py"), "invalid-archive", "\"x.py\" twice");
        assertRefused("a.tgz", tar("x.py", "./x.py"), "invalid-archive", "\"./x.py\" twice");
        assertRefused("a.tgz", tar("a/b", "a/b/c"), "invalid-archive", "\"a/b/c\" needs a folder");
        assertRefused("a.tgz", tar("a/b/c", "a/b"), "invalid-archive", "file where the entry \"a/b\"");
        assertRefused("a.tgz", tar("a/b", "a/b/"), "invalid-archive", "file where the entry \"a/b/\"");
        assertThat(inspect("a.tgz", tar("a/", "a/b/", "a/b/c", "a/d", "a/"))).isEqualTo(SourceKind.ARCHIVE);
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipArchiveOutputStream(zip)) {
            for (var n = 0; n < 2; n++) {
                out.putArchiveEntry(new ZipArchiveEntry("train.py"));
                out.write(n);
                out.closeArchiveEntry();
            }
        }
        assertRefused("a.zip", zip.toByteArray(), "invalid-archive", "\"train.py\" twice");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"nbformat\": 4, \"cells\": [| is not JSON (line 1)",
                "print('x')| is not JSON",
                "[]| no notebook",
                "{\"cells\": []}| no \"nbformat\"",
                "{\"nbformat\": 3, \"worksheets\": []}| format 3",
                "{\"nbformat\": 4, \"cells\": []}| no cells",
                "{\"nbformat\": 4, \"cells\": 7}| no cells",
            })
    void refusesANotebookThatIsNone(String content, String words) {
        assertRefused("train.ipynb", content.getBytes(StandardCharsets.UTF_8), "invalid-notebook", words);
    }

    @Test
    void refusesWhatIsNeither() {
        assertRefused("train.py", new byte[] {(byte) 0xff, (byte) 0xfe, 'x'}, "invalid-source", "UTF-8");
        assertRefused("train.sh", new byte[] {'a', 0, 'b'}, "invalid-source", "UTF-8");
        assertRefused("train.py", new byte[] {'a', 1, 2, 3, 'b'}, "invalid-source", "UTF-8");
        assertRefused("train.py", new byte[0], "invalid-source", "is empty");
        assertRefused("a.zip", "no zip".getBytes(StandardCharsets.UTF_8), "invalid-archive", "cannot be read");
        assertRefused("a.tar.gz", "no gzip".getBytes(StandardCharsets.UTF_8), "invalid-archive", "cannot be read");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../evil.py", "a/../../evil.py", "/etc/cron.d/evil", "a\\..\\evil", "%2e%2e/evil", "C:/evil"})
    void refusesEntriesThatLeadOutAndNamesThem(String name) throws IOException {
        assertRefused("a.zip", zip(name, "x"), "invalid-archive", "evil");
        var entry = new TarArchiveEntry(name, true);
        entry.setName(name);
        assertRefused("a.tar.gz", tar(entry, "x"), "invalid-archive", "evil");
    }

    @Test
    void refusesLinksAndDevicesAndNamesThem() throws IOException {
        var zipLink = new ZipArchiveEntry("link.txt");
        zipLink.setUnixMode(0120777);
        assertRefused("a.zip", zip(zipLink, "/etc/passwd"), "invalid-archive", "\"link.txt\" that is a symbolic link");
        var link = new TarArchiveEntry("link.txt", TarConstants.LF_SYMLINK);
        link.setLinkName("../../etc/passwd");
        assertRefused("a.tgz", tar(link, ""), "invalid-archive", "\"link.txt\" that is a symbolic link");
        var hard = new TarArchiveEntry("hard.txt", TarConstants.LF_LINK);
        hard.setLinkName("/etc/passwd");
        assertRefused("a.tgz", tar(hard, ""), "invalid-archive", "\"hard.txt\" that is a hard link");
        for (var type : new byte[] {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO}) {
            assertRefused(
                    "a.tgz", tar(new TarArchiveEntry("dev", type), ""), "invalid-archive", "\"dev\" that is a device");
        }
    }

    @Test
    void refusesWhatUnpacksToFarMoreThanItIs() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipArchiveOutputStream(bytes)) {
            zip.putArchiveEntry(new ZipArchiveEntry("small.txt"));
            zip.write(1);
            zip.closeArchiveEntry();
            zip.putArchiveEntry(new ZipArchiveEntry("zeros.bin"));
            var block = new byte[1 << 20];
            for (var i = 0; i < 80; i++) {
                zip.write(block);
            }
            zip.closeArchiveEntry();
        }
        assertThat(bytes.size()).isLessThan(200_000);
        assertRefused("bomb.zip", bytes.toByteArray(), "invalid-archive", "\"zeros.bin\"");
    }

    @Test
    void refusesTooManyEntries() throws IOException {
        var header = new byte[512];
        new TarArchiveEntry("f/").writeEntryHeader(header);
        var bytes = new ByteArrayOutputStream();
        try (var tar = new GZIPOutputStream(bytes)) {
            for (var i = 0; i <= Archive.MAX_ENTRIES; i++) {
                tar.write(header);
            }
        }
        assertRefused("many.tgz", bytes.toByteArray(), "invalid-archive", "more than 100000 entries");
    }

    @Test
    void refusesAZipWhoseDirectoryAloneWouldFillTheMemory() {
        var record = new byte[46];
        record[0] = 'P';
        record[1] = 'K';
        record[2] = 1;
        record[3] = 2;
        var bytes = new ByteArrayOutputStream();
        for (var i = 0; i <= 2 * Archive.MAX_ENTRIES; i++) {
            bytes.writeBytes(record);
        }
        assertRefused("many.zip", bytes.toByteArray(), "invalid-archive", "more than 100000 entries");
    }

    private SourceKind inspect(String name, String content) throws IOException {
        return inspect(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private SourceKind inspect(String name, byte[] content) throws IOException {
        return SourceInspection.inspect(name, Files.write(folder.resolve("source"), content));
    }

    private void assertRefused(String name, byte[] content, String code, String words) {
        assertThatThrownBy(() -> inspect(name, content))
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refused -> assertThat(refused.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    private static TarArchiveEntry entry(String name) {
        return new TarArchiveEntry(name);
    }

    private static byte[] zip(String name, String content) throws IOException {
        return zip(new ZipArchiveEntry(name), content);
    }

    private static byte[] zip(ZipArchiveEntry entry, String content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipArchiveOutputStream(bytes)) {
            zip.putArchiveEntry(entry);
            zip.write(content.getBytes(StandardCharsets.UTF_8));
            zip.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static byte[] tar(String... names) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            for (var name : names) {
                tar.putArchiveEntry(new TarArchiveEntry(name));
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] tar(TarArchiveEntry entry, String content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            entry.setSize(content.length());
            tar.putArchiveEntry(entry);
            tar.write(content.getBytes(StandardCharsets.UTF_8));
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }
}
