package dev.penstock.cluster.demo;

import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;

/** What people see: steps with the time they took, text, and one line that changes. Thread-safe. */
final class Screen {
    private final PrintStream out;
    private final boolean terminal;
    private final long startNanos = System.nanoTime();
    private boolean liveLine;

    Screen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** True if our output goes to a terminal. */
    @SuppressWarnings("SystemConsoleNull") // both cases are handled
    static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // From JDK 22 on there always is a console, and this method tells; before, there is one at a terminal only.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }

    boolean terminal() {
        return terminal;
    }

    synchronized void step(String text) {
        endLiveLine();
        out.printf(Locale.ROOT, "%5.1f s  %s%n", (System.nanoTime() - startNanos) / 1e9, text);
        out.flush();
    }

    synchronized void text(String text) {
        endLiveLine();
        out.println(text);
        out.flush();
    }

    /** On a terminal it takes the place of the live line before it. */
    synchronized void live(String line) {
        if (terminal) {
            out.print("\r" + line + "\u001b[K");
            liveLine = true;
        } else {
            out.println(line);
        }
        out.flush();
    }

    private void endLiveLine() {
        if (liveLine) {
            out.println();
            liveLine = false;
        }
    }

    double elapsedSeconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }
}
