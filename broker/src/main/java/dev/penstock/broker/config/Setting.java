package dev.penstock.broker.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How a component of a configuration record stands in the file. The component's type and the end of its name say how the
 * value is written: {@code …Millis} is a duration, {@code …Bytes} a size, any other number a plain one.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Setting {

    /** Stands for "there is no default". */
    String REQUIRED = "<required>";

    /** The key within its section. */
    String key();

    /** One or two sentences for docs/configuration.md: what it is, and when to change it. */
    String doc();

    /** The default, as it would be written in the file. Not used for sections, lists and optional values. */
    String fallback() default REQUIRED;

    /** Smallest value of a number, duration or size, as it would be written; empty = no bound. */
    String atLeast() default "";

    /** Largest value of a number, duration or size, as it would be written; empty = no bound. */
    String atMost() default "";

    /** Regular expression that the whole of a text must match; empty = any text. */
    String pattern() default "";

    /** What {@link #pattern} means, in words: "expected …". */
    String patternInWords() default "";

    /** When a new value is taken up. */
    Change change() default Change.RESTART;

    /** For a secret: may its value stand in the file itself? */
    boolean inlineSecret() default false;

    /** When a changed value is taken up. */
    enum Change {
        RESTART("at restart"),
        RECONNECT("at the next connection"),
        NEVER("never: fixed when the node was formed");

        private final String words;

        Change(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }
}
