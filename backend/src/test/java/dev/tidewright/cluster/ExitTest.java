package dev.tidewright.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExitTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ValueError: could not convert string to float: 'a'",
                "torch.cuda.OutOfMemoryError: CUDA out of memory",
                "KeyboardInterrupt",
                "Exception in thread \"main\" java.lang.IllegalStateException",
                "no such column: age",
                "cannot find model.bin",
                "ls: cannot access '/data': No such file or directory",
                "sh: 1: nosuch: not found",
                "panic: runtime error: index out of range",
                "Segmentation fault (core dumped)"
            })
    void aLineThatSpeaksOfAFaultIsTheCause(String line) {
        assertThat(Exit.words(3, line)).isEqualTo("ended with exit code 3: " + line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drwxr-xr-x 2 root root 4096 Nov 22 10:00 data",
                "epoch 7 loss 0.31 val_error 0.2",
                "done",
                "first try"
            })
    void anyOtherIsJustTheLast(String line) {
        assertThat(Exit.words(3, line)).isEqualTo("ended with exit code 3; the last line of its log: " + line);
    }

    @ParameterizedTest
    @CsvSource({
        "139, ValueError: a, ended by signal 11 (SIGSEGV); the last line of its log: ValueError: a",
        "3, [tidewright] fetching, ended with exit code 3",
        "3, '', ended with exit code 3"
    })
    void aSignalAndOurOwnLinesAreNoCause(int code, String line, String words) {
        assertThat(Exit.words(code, line)).isEqualTo(words);
    }
}
