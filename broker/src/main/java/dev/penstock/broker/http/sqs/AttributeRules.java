package dev.penstock.broker.http.sqs;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a sender's message attributes may be, in AWS' words. Stateless. */
final class AttributeRules {

    static final int MAX_ATTRIBUTES = 10;

    private static final int MAX_NAME_CHARACTERS = 256;
    private static final int MAX_TYPE_CHARACTERS = 256;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final Pattern TYPE = Pattern.compile("(String|Number|Binary)(\\..*)?", Pattern.DOTALL);

    /** 38 digits of precision; exponents of more than three digits are beyond AWS' range. */
    private static final Pattern NUMBER =
            Pattern.compile("\\s*[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?\\s*");

    private AttributeRules() {}

    /** What is wrong with it; empty if nothing is. */
    static Optional<String> faultOf(String name, AttributeValue value) {
        return faultOf(name).or(() -> faultOfType(name, value)).or(() -> faultOfValue(name, value));
    }

    private static Optional<String> faultOf(String name) {
        if (!NAME.matcher(name).matches()) {
            return Optional.of("The message attribute name '" + shown(name)
                    + "' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.)"
                    + " characters.");
        }
        if (name.length() > MAX_NAME_CHARACTERS) {
            return Optional.of("The length of message attribute name '" + shown(name) + "' is greater than "
                    + MAX_NAME_CHARACTERS + " characters.");
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith("aws.") || lower.startsWith("amazon.")) {
            return Optional.of(
                    "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are"
                            + " reserved for internal use.");
        }
        if (name.startsWith(".") || name.endsWith(".") || name.contains("..")) {
            return Optional.of("The message attribute name '" + shown(name)
                    + "' is invalid. A period (.) cannot be its first or last character, nor follow another.");
        }
        return Optional.empty();
    }

    private static Optional<String> faultOfType(String name, AttributeValue value) {
        if (value.dataType().isEmpty()) {
            return Optional.of("The message attribute '" + name + "' must contain non-empty message attribute type.");
        }
        if (!TYPE.matcher(value.dataType()).matches()) {
            return Optional.of("The message attribute '" + name + "' has an invalid message attribute type, the set of"
                    + " supported type prefixes is Binary, Number, and String.");
        }
        return value.dataType().length() > MAX_TYPE_CHARACTERS || !XmlText.isCarried(value.dataType())
                ? Optional.of("The message attribute '" + name + "' has a type of more than " + MAX_TYPE_CHARACTERS
                        + " characters, or with characters that cannot be sent.")
                : Optional.empty();
    }

    private static Optional<String> faultOfValue(String name, AttributeValue value) {
        if (value.bytes().length == 0) {
            return Optional.of("The message attribute '" + name
                    + "' must contain non-empty message attribute value for message attribute type '"
                    + value.dataType() + "'.");
        }
        if (!value.isBinary() && !XmlText.isCarried(value.text())) {
            return Optional.of("Message attribute value '" + name
                    + "' contains invalid characters. Valid characters are " + SentMessage.VALID_CHARACTERS);
        }
        if (value.baseType().equals("Number") && !NUMBER.matcher(value.text()).matches()) {
            return Optional.of("Can't cast the value of message (user) attribute '" + name + "' to a number.");
        }
        return Optional.empty();
    }

    private static String shown(String name) {
        return name.length() <= MAX_NAME_CHARACTERS ? name : name.substring(0, MAX_NAME_CHARACTERS) + "…";
    }
}
