package dev.tidewright.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PickleSignsTest {

    /** What Python's {@code pickle.dumps([1], protocol)} writes. */
    private static final byte[] PROTOCOL_2 = HexFormat.of().parseHex("80025d71004b01612e");

    private static final byte[] PROTOCOL_4 = HexFormat.of().parseHex("80049506000000000000005d944b01612e");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.pkl",
                "a/b/Model.PKL",
                "m.pickle",
                "m.joblib",
                "m.joblib.gz",
                "data/model.pth",
                "m.pt",
                "w.ckpt",
                "m.dill"
            })
    void isKnownByItsName(String path) {
        assertThat(PickleSigns.of(path)).contains(Pickled.Sign.NAME);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.skops",
                "model.onnx",
                "model.ubj",
                "model.json",
                "model.lgb",
                "pkl",
                "data/model.pt2",
                "pickle_module_info.txt",
                "MLmodel"
            })
    void otherNamesTellNothing(String path) {
        assertThat(PickleSigns.of(path)).isEmpty();
    }

    @Test
    void isKnownByItsFirstBytes() throws IOException {
        for (var pickle : new byte[][] {PROTOCOL_2, PROTOCOL_4}) {
            assertThat(sign(pickle)).contains(Pickled.Sign.BYTES);
            var zlib = new ByteArrayOutputStream();
            try (var out = new DeflaterOutputStream(zlib)) {
                out.write(pickle);
            }
            assertThat(sign(zlib.toByteArray())).contains(Pickled.Sign.BYTES);
            var gzip = new ByteArrayOutputStream();
            try (var out = new GZIPOutputStream(gzip)) {
                out.write(pickle);
            }
            assertThat(sign(gzip.toByteArray())).contains(Pickled.Sign.BYTES);
        }
        assertThat(sign("cos\nsystem\n(S'true'\ntR.")).as("protocol 0").contains(Pickled.Sign.BYTES);
        assertThat(sign("ccopy_reg\n_reconstructor\np0\n(csklearn.linear_model\nRidge\n"))
                .contains(Pickled.Sign.BYTES);
    }

    @Test
    void isKnownInArchivesAndArrays() throws IOException {
        assertThat(sign(zip("archive/data.pkl"))).contains(Pickled.Sign.ARCHIVE);
        assertThat(sign(zip("schema.json"))).isEmpty();
        assertThat(sign("\u0093NUMPY\1\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"))
                .contains(Pickled.Sign.ARRAY);
        assertThat(sign("\u0093NUMPY\1\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }"))
                .isEmpty();
    }

    @Test
    void nothingElseIs() {
        for (var other : new String[] {
            "",
            "{",
            "flavors:\n  python_function:\n",
            "certain words\nof prose\n",
            "cat\ndog\nparrot\n",
            "city\nParis\nquito\n",
            "tree\nversion=v4\n",
            "\u0080",
            "\u0080\u0009x",
            "x\u009c",
            "PK\3\4",
            "\u001f\u008b"
        }) {
            assertThat(sign(other)).as(other).isEmpty();
        }
    }

    @Test
    void aDescriptionSaysWhatItUnpickles() {
        assertThat(unpickled("sklearn", "pickled_model: model.bin\n    serialization_format: cloudpickle"))
                .contains("model.bin");
        assertThat(unpickled("sklearn", "pickled_model: model.bin")).contains("model.bin");
        assertThat(unpickled("sklearn", "pickled_model: model.skops\n    serialization_format: skops"))
                .isEmpty();
        assertThat(unpickled("python_function", "python_model: thing")).contains("thing");
        assertThat(unpickled("python_function", "model_code_path: model.py")).isEmpty();
        assertThat(unpickled("pytorch", "model_data: data"))
                .as("its files tell: model.pth or model.pt2")
                .isEmpty();
        assertThat(unpickled("lightgbm", "data: model.lgb\n    model_class: lightgbm.basic.Booster"))
                .isEmpty();
        assertThat(unpickled("lightgbm", "data: m\n    model_class: lightgbm.sklearn.LGBMClassifier"))
                .contains("m");
        assertThat(unpickled("xgboost", "data: model.ubj")).isEmpty();
        for (var broken : new String[] {"", "flavors: 3", "- a", "{{{", "!!java.net.URL [x]"}) {
            assertThat(PickledFiles.unpickled(broken.getBytes(StandardCharsets.UTF_8)))
                    .isEmpty();
        }
    }

    private static Optional<String> unpickled(String flavour, String fields) {
        return PickledFiles.unpickled(
                ("flavors:\n  " + flavour + ":\n    " + fields + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] zip(String entry) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(1);
        }
        return bytes.toByteArray();
    }

    private static Optional<Pickled.Sign> sign(String head) {
        return sign(head.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Optional<Pickled.Sign> sign(byte[] head) {
        return PickleSigns.of(Arrays.copyOf(head, Math.min(head.length, PickleSigns.HEAD)));
    }
}
