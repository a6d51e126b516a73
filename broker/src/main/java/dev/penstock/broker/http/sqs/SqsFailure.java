package dev.penstock.broker.http.sqs;

/**
 * A refusal in SQS' words: clients read the type in the body or the code in a header, whichever their language prefers.
 * Carries no stack trace.
 */
final class SqsFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** Errors of SQS' model, and those that every AWS service shares. */
    enum Kind {
        QUEUE_DOES_NOT_EXIST("com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400),
        RECEIPT_HANDLE_IS_INVALID("com.amazonaws.sqs#ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 404),
        EMPTY_BATCH("com.amazonaws.sqs#EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", 400),
        TOO_MANY_ENTRIES(
                "com.amazonaws.sqs#TooManyEntriesInBatchRequest",
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
                400),
        IDS_NOT_DISTINCT(
                "com.amazonaws.sqs#BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", 400),
        INVALID_ENTRY_ID("com.amazonaws.sqs#InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", 400),
        BATCH_TOO_LONG("com.amazonaws.sqs#BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", 400),
        INVALID_CONTENTS("com.amazonaws.sqs#InvalidMessageContents", "InvalidMessageContents", 400),
        INVALID_ATTRIBUTE_NAME("com.amazonaws.sqs#InvalidAttributeName", "InvalidAttributeName", 400),
        INVALID_ATTRIBUTE_VALUE("com.amazonaws.sqs#InvalidAttributeValue", "InvalidAttributeValue", 400),
        QUEUE_NAME_EXISTS("com.amazonaws.sqs#QueueNameExists", "QueueAlreadyExists", 400),
        PURGE_IN_PROGRESS("com.amazonaws.sqs#PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress", 403),
        UNSUPPORTED_OPERATION(
                "com.amazonaws.sqs#UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", 400),
        RESOURCE_NOT_FOUND("com.amazonaws.sqs#ResourceNotFoundException", "ResourceNotFoundException", 404),
        OVER_LIMIT("com.amazonaws.sqs#OverLimit", "OverLimit", 403),
        INVALID_PARAMETER_VALUE(
                "com.amazon.coral.service#InvalidParameterValueException", "InvalidParameterValue", 400),
        MISSING_PARAMETER("com.amazon.coral.service#MissingRequiredParameterException", "MissingParameter", 400),
        SERIALIZATION("com.amazon.coral.service#SerializationException", "SerializationException", 400),
        UNKNOWN_OPERATION("com.amazon.coral.service#UnknownOperationException", "UnknownOperationException", 404),
        /** Of the Query protocol, which alone can lack it. */
        MISSING_ACTION("com.amazon.coral.service#MissingActionException", "MissingAction", 400),
        /** Of the Query protocol. */
        MALFORMED_QUERY("com.amazon.coral.service#MalformedQueryStringException", "MalformedQueryString", 400),
        TOO_LARGE("com.amazon.coral.service#RequestEntityTooLargeException", "RequestEntityTooLarge", 413),
        HEADERS_TOO_LARGE("com.amazon.coral.service#RequestEntityTooLargeException", "RequestEntityTooLarge", 431),
        TIMEOUT("com.amazon.coral.service#RequestTimeoutException", "RequestTimeout", 408),
        ACCESS_DENIED("com.amazon.coral.service#AccessDeniedException", "AccessDenied", 403),
        MISSING_TOKEN(
                "com.amazon.coral.service#MissingAuthenticationTokenException", "MissingAuthenticationToken", 403),
        INCOMPLETE_SIGNATURE("com.amazon.coral.service#IncompleteSignatureException", "IncompleteSignature", 403),
        UNKNOWN_CLIENT("com.amazon.coral.service#UnrecognizedClientException", "InvalidClientTokenId", 403),
        INVALID_SIGNATURE("com.amazon.coral.service#InvalidSignatureException", "SignatureDoesNotMatch", 403),
        EXPIRED("com.amazon.coral.service#RequestExpired", "RequestExpired", 403),
        /** Every SDK retries it. */
        UNAVAILABLE("com.amazon.coral.service#ServiceUnavailableException", "ServiceUnavailable", 503),
        INTERNAL("com.amazon.coral.service#InternalFailure", "InternalFailure", 500);

        private final String type;
        private final String code;
        private final int status;

        Kind(String type, String code, int status) {
            this.type = type;
            this.code = code;
            this.status = status;
        }

        String type() {
            return type;
        }

        /** Of the older Query protocol, as batch entries name it too. */
        String code() {
            return code;
        }

        int status() {
            return status;
        }

        boolean senderFault() {
            return status < 500;
        }
    }

    SqsFailure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    static SqsFailure noSuchQueue() {
        return new SqsFailure(Kind.QUEUE_DOES_NOT_EXIST, "The specified queue does not exist.");
    }

    static SqsFailure missing(String parameter) {
        return new SqsFailure(Kind.MISSING_PARAMETER, "The request must contain the parameter " + parameter + ".");
    }

    static SqsFailure invalidValue(String value, String parameter, String reason) {
        return new SqsFailure(
                Kind.INVALID_PARAMETER_VALUE,
                "Value " + shown(value) + " for parameter " + parameter + " is invalid. Reason: " + reason);
    }

    static SqsFailure unknownAttribute(String name) {
        return new SqsFailure(Kind.INVALID_ATTRIBUTE_NAME, "Unknown Attribute " + shown(name) + ".");
    }

    /** @param reason AWS' own words where they are known; may be empty */
    static SqsFailure invalidAttribute(String name, String reason) {
        return new SqsFailure(
                Kind.INVALID_ATTRIBUTE_VALUE,
                "Invalid value for the parameter " + name + "." + (reason.isEmpty() ? "" : " Reason: " + reason));
    }

    static SqsFailure unsupported(String message) {
        return new SqsFailure(Kind.UNSUPPORTED_OPERATION, message);
    }

    static SqsFailure invalidHandle(String handle) {
        return new SqsFailure(
                Kind.RECEIPT_HANDLE_IS_INVALID,
                "The input receipt handle \"" + shown(handle) + "\" is not a valid receipt handle.");
    }

    /** The client's own text goes back to it, as AWS does it, but not by the megabyte. */
    static String shown(String text) {
        return text.length() <= 1_024 ? text : text.substring(0, 1_024) + "…";
    }

    Kind kind() {
        return kind;
    }

    String text() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
