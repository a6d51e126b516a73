package dev.penstock.broker.http.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.TestNode;
import dev.penstock.storage.model.GroupConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** The Query protocol with raw requests, as SDKs of before 2024 and hand-written clients send them. */
class QueryProtocolTest {

    private static final String FORM = "application/x-www-form-urlencoded; charset=utf-8";
    private static final String QUEUE = "/000000000000/orders";
    private static final String BEGIN = "<?xml version=\"1.0\"?>\n";
    private static final String XMLNS = " xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">";

    private TestNode node;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        node.groups.with("orders", GroupConfig.Ordering.NONE).with("keyed", GroupConfig.Ordering.KEY);
        client = node.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        node.close();
    }

    private RawClient.Answer post(String path, String form) throws IOException {
        return post(path, form, TestNode.CONSUMER);
    }

    private RawClient.Answer post(String path, String form, String authorization) throws IOException {
        return client.send(RawClient.request("POST", path, authorization, form)
                        .replace("Content-Length:", "Content-Type: " + FORM + "\r\nContent-Length:"))
                .answer();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The answer without its request id; it must be a well-formed document. */
    private static String xml(RawClient.Answer answer) {
        assertThat(answer.header("content-type")).isEqualTo("text/xml");
        assertThat(answer.header("x-amzn-requestid")).matches("[0-9a-f-]{36}");
        parse(answer.body());
        assertThat(answer.text()).contains("<RequestId>" + answer.header("x-amzn-requestid") + "</RequestId>");
        return answer.text().replaceAll("<RequestId>[^<]*</RequestId>", "");
    }

    private static Document parse(byte[] xml) {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(xml));
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new AssertionError("expected well-formed XML, but got " + new String(xml, StandardCharsets.UTF_8), e);
        }
    }

    private static String element(Document document, String name) {
        return document.getElementsByTagName(name).item(0).getTextContent();
    }

    private static void assertError(RawClient.Answer answer, int status, String code, String message) {
        assertThat(xml(answer))
                .isEqualTo(BEGIN + "<ErrorResponse" + XMLNS + "<Error><Type>Sender</Type><Code>" + code
                        + "</Code><Message>" + message + "</Message><Detail/></Error></ErrorResponse>\n");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers()).doesNotContainKey("x-amzn-query-error");
    }

    private static String result(String operation, String inner) {
        return BEGIN + "<" + operation + "Response" + XMLNS + "<" + operation + "Result>" + inner + "</" + operation
                + "Result><ResponseMetadata></ResponseMetadata></" + operation + "Response>\n";
    }

    @Test
    void shouldMakeQueuesAndSendToThem() throws IOException {
        String admin = TestNode.ADMIN;
        assertThat(xml(post(
                        "/",
                        "Action=CreateQueue&QueueName=line.fifo&Attribute.1.Name=FifoQueue&Attribute.1.Value=true",
                        admin)))
                .isEqualTo(result("CreateQueue", "<QueueUrl>http://node:7800/000000000000/line.fifo</QueueUrl>"));
        String sent = xml(post(
                "/000000000000/line.fifo",
                "Action=SendMessage&MessageBody=" + encoded("a <b> & \"ä\"\r\n")
                        + "&MessageGroupId=g&MessageDeduplicationId=d"
                        + "&MessageAttribute.1.Name=Foo&MessageAttribute.1.Value.DataType=String"
                        + "&MessageAttribute.1.Value.StringValue=Bar"
                        + "&MessageSystemAttribute.1.Name=AWSTraceHeader&MessageSystemAttribute.1.Value.DataType=String"
                        + "&MessageSystemAttribute.1.Value.StringValue=Root%3D1",
                admin));
        assertThat(sent)
                .contains("<SendMessageResult><MessageId>", "<SequenceNumber>00000000000000000000</SequenceNumber>")
                .contains("<MD5OfMessageAttributes>ae7155c6026991b6d54b11589678bf9c</MD5OfMessageAttributes>")
                .contains("<MD5OfMessageSystemAttributes>");

        String batch = xml(post(
                "/000000000000/line.fifo",
                "Action=SendMessageBatch&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=x"
                        + "&SendMessageBatchRequestEntry.1.MessageGroupId=g"
                        + "&SendMessageBatchRequestEntry.1.MessageDeduplicationId=e"
                        + "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=bin"
                        + "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType=Binary"
                        + "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.BinaryValue=" + encoded("AP8=")
                        + "&SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.2.MessageBody=y",
                admin));
        assertThat(batch)
                .contains("<SendMessageBatchResultEntry><Id>a</Id><MessageId>")
                .contains(
                        "<BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault><Code>MissingParameter</Code>");

        String received = xml(post(
                "/000000000000/line.fifo",
                "Action=ReceiveMessage&MaxNumberOfMessages=10&AttributeName.1=All&MessageAttributeName.1=All",
                admin));
        assertThat(received)
                .contains("<Body>a &lt;b&gt; &amp; &quot;ä&quot;&#xD;\n</Body>")
                .contains("<Name>MessageGroupId</Name><Value>g</Value>")
                .contains("<Name>AWSTraceHeader</Name><Value>Root=1</Value>")
                .contains(
                        "<MessageAttribute><Name>bin</Name><Value><BinaryValue>AP8=</BinaryValue><DataType>Binary</DataType>");
    }

    private static String nothing(String operation) {
        return BEGIN + "<" + operation + "Response" + XMLNS + "<ResponseMetadata></ResponseMetadata></" + operation
                + "Response>\n";
    }

    @Test
    void shouldFindAndListQueues() throws IOException {
        assertThat(xml(post("/", "Action=GetQueueUrl&QueueName=orders&Version=2012-11-05")))
                .isEqualTo(result("GetQueueUrl", "<QueueUrl>http://node:7800/000000000000/orders</QueueUrl>"));
        assertThat(xml(post("/", "Action=ListQueues&QueueNamePrefix=o&MaxResults=5")))
                .isEqualTo(result("ListQueues", "<QueueUrl>http://node:7800/000000000000/orders</QueueUrl>"));
        assertThat(xml(post("/", "Action=ListQueues&QueueNamePrefix=none"))).isEqualTo(result("ListQueues", ""));
    }

    @Test
    void shouldReceiveAndDeleteOnTheQueuesOwnPath() throws IOException, NoSuchAlgorithmException {
        node.groups.add("orders", 1);

        RawClient.Answer received = post(
                QUEUE,
                "Action=ReceiveMessage&AttributeName.1=SentTimestamp&AttributeName.2=ApproximateReceiveCount"
                        + "&MessageAttributeName.1=action&MaxNumberOfMessages=10&VisibilityTimeout=30");

        assertThat(received.status()).isEqualTo(200);
        String xml = xml(received);
        assertThat(xml)
                .startsWith(BEGIN + "<ReceiveMessageResponse" + XMLNS + "<ReceiveMessageResult><Message><MessageId>"
                        + "00000000-0000-0007-0000-000000000000</MessageId><ReceiptHandle>r-orders-0-1</ReceiptHandle>"
                        + "<MD5OfBody>")
                .contains("<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>"
                        + "<Attribute><Name>SentTimestamp</Name><Value>1790000000123</Value></Attribute>")
                .contains("<MessageAttribute><Name>action</Name><Value><StringValue>insert</StringValue>"
                        + "<DataType>String</DataType></Value></MessageAttribute>");
        Document document = parse(received.body());
        byte[] body = element(document, "Body").getBytes(StandardCharsets.UTF_8);
        assertThat(element(document, "MD5OfBody"))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("MD5").digest(body)));
        assertThat(xml(post(QUEUE, "Action=DeleteMessage&ReceiptHandle=r-orders-0-1")))
                .isEqualTo(nothing("DeleteMessage"));
        assertThat(node.groups.unsettled("orders")).isZero();
        assertThat(xml(post(QUEUE, "Action=ReceiveMessage"))).isEqualTo(result("ReceiveMessage", ""));
    }

    @Test
    void shouldTakeTheQueueFromTheParameterBeforeThePath() throws IOException {
        node.groups.add("orders", 1);

        assertThat(xml(post("/1/nothing", "Action=ReceiveMessage&QueueUrl=" + encoded("https://any/1/orders"))))
                .contains("r-orders-0-1");
    }

    @Test
    void shouldTakeGetWithAQuery() throws IOException {
        assertThat(xml(client.call("GET", "/?Action=GetQueueUrl&QueueName=orders", TestNode.CONSUMER, "")))
                .contains("/000000000000/orders");
        assertThat(xml(client.call(
                        "GET", QUEUE + "?Action=GetQueueAttributes&AttributeName=All", TestNode.CONSUMER, "")))
                .contains("<Attribute><Name>VisibilityTimeout</Name><Value>30</Value></Attribute>");
        assertThat(xml(client.call("POST", QUEUE + "?Action=ReceiveMessage", TestNode.CONSUMER, "")))
                .isEqualTo(result("ReceiveMessage", ""));
    }

    @Test
    void shouldCarryOutBatches() throws IOException {
        node.groups.add("orders", 12);
        post(QUEUE, "Action=ReceiveMessage&MaxNumberOfMessages=10");
        post(QUEUE, "Action=ReceiveMessage&MaxNumberOfMessages=10");

        assertThat(xml(post(
                        QUEUE,
                        "Action=ChangeMessageVisibilityBatch&ChangeMessageVisibilityBatchRequestEntry.1.Id=a"
                                + "&ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle=r-orders-0-1"
                                + "&ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout=0"
                                + "&ChangeMessageVisibilityBatchRequestEntry.2.Id=b"
                                + "&ChangeMessageVisibilityBatchRequestEntry.2.ReceiptHandle=" + encoded("<&\">")
                                + "&ChangeMessageVisibilityBatchRequestEntry.2.VisibilityTimeout=0")))
                .isEqualTo(result(
                        "ChangeMessageVisibilityBatch",
                        "<ChangeMessageVisibilityBatchResultEntry><Id>a</Id></ChangeMessageVisibilityBatchResultEntry>"
                                + "<BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault>"
                                + "<Code>ReceiptHandleIsInvalid</Code><Message>The input receipt handle"
                                + " &quot;&lt;&amp;&quot;&gt;&quot; is not a valid receipt handle.</Message>"
                                + "</BatchResultErrorEntry>"));
        StringBuilder ten = new StringBuilder("Action=DeleteMessageBatch");
        for (int i = 1; i <= 10; i++) {
            ten.append("&DeleteMessageBatchRequestEntry.")
                    .append(i)
                    .append(".Id=id")
                    .append(i);
            ten.append("&DeleteMessageBatchRequestEntry.")
                    .append(i)
                    .append(".ReceiptHandle=r-orders-")
                    .append(i)
                    .append("-1");
        }
        // In order of their numbers, not of their digits.
        assertThat(xml(post(QUEUE, ten.toString())))
                .contains("<Id>id1</Id></DeleteMessageBatchResultEntry><DeleteMessageBatchResultEntry><Id>id2</Id>")
                .contains("<Id>id9</Id></DeleteMessageBatchResultEntry><DeleteMessageBatchResultEntry><Id>id10</Id>");
        assertThat(node.groups.unsettled("orders")).isEqualTo(2);
        assertError(
                post(QUEUE, "Action=DeleteMessageBatch"),
                400,
                "AWS.SimpleQueueService.EmptyBatchRequest",
                "There should be at least one DeleteMessageBatchRequestEntry in the request.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Version=2012-11-05 | 400 | MissingAction | The request must contain the parameter Action.",
                "Action= | 400 | MissingAction | The request must contain the parameter Action.",
                "Action=Nonsense | 400 | InvalidAction | The action or operation requested is invalid. Verify that the"
                        + " action is typed correctly.",
                "Action=GetQueueUrl | 400 | MissingParameter | The request must contain the parameter QueueName.",
                "Action=ReceiveMessage | 400 | MissingParameter | The request must contain the parameter QueueUrl.",
                "Action=GetQueueUrl&QueueName=no | 400 | AWS.SimpleQueueService.NonExistentQueue | The specified queue"
                        + " does not exist for this wsdl version.",
                "Action=DeleteMessage&QueueUrl=orders&ReceiptHandle=x | 404 | ReceiptHandleIsInvalid | The input receipt"
                        + " handle &quot;x&quot; is not a valid receipt handle.",
                "Action=ReceiveMessage&QueueUrl=orders&MaxNumberOfMessages=11 | 400 | InvalidParameterValue | Value 11"
                        + " for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
                "Action=ReceiveMessage&QueueUrl=orders&MaxNumberOfMessages=x | 400 | InvalidParameterValue | Value x for"
                        + " parameter MaxNumberOfMessages is invalid. Reason: Must be an integer.",
                "Action=ListQueues&QueueNamePrefix=%zz | 400 | MalformedQueryString | The query string contains a syntax"
                        + " error: expected names and values in UTF-8, percent-encoded.",
                "Action=ListQueues&Action=ListQueues | 400 | MalformedQueryString | The query string contains a syntax"
                        + " error: expected the parameter Action once."
            })
    void shouldTellErrorsInXml(String form, int status, String code, String message) throws IOException {
        assertError(post("/", form), status, code, message);
    }

    @Test
    void shouldRefuseMoreParametersThanAnyOperationHas() throws IOException {
        assertThat(xml(post("/", "Action=ListQueues" + "&a=1".repeat(3_000)))).contains("MalformedQueryString");
        assertThat(xml(post("/", "Action=ListQueues&a" + ".1".repeat(3_000) + "=1")))
                .contains("MalformedQueryString");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer CONSUMER.wrong", "Bearer MONITOR." + TestNode.SECRET})
    void shouldRefuseStrangersInXml(String authorization) throws IOException {
        RawClient.Answer answer = post("/", "Action=ListQueues", authorization);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(xml(answer)).startsWith(BEGIN + "<ErrorResponse").doesNotContain(TestNode.SECRET);
    }

    /** curl sends forms by default: the native API does not look at the content type. */
    @Test
    void shouldLeaveNativePathsAlone() throws IOException {
        RawClient.Answer created = post("/v1/groups", "{\"name\":\"w\"}", TestNode.ADMIN);
        assertThat(created.status()).isEqualTo(201);
        RawClient.Answer missing = post("/v1/nothing?Action=ListQueues", "{}", TestNode.ADMIN);
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.header("content-type")).isEqualTo("application/problem+json");
    }

    @Test
    void shouldCarryAnyBody() throws IOException, NoSuchAlgorithmException {
        Map<String, String> carried = Map.of(
                "plain", "plain",
                "a\r\nb\rc\td\n", "a\r\nb\rc\td\n",
                "]]><&\"'", "]]><&\"'",
                "\u0000\u0001\b\u001f", "\uFFFD\uFFFD\uFFFD\uFFFD",
                "日本\uD83D\uDE00\u0085\u2028", "日本\uD83D\uDE00\u0085\u2028",
                "\uFFFE\uFFFF", "\uFFFD\uFFFD",
                " ", " ");
        for (Map.Entry<String, String> body : carried.entrySet()) {
            node.groups.add("orders", body.getKey().getBytes(StandardCharsets.UTF_8));

            Document document = parse(post(QUEUE, "Action=ReceiveMessage&MessageAttributeName.1=table")
                    .body());

            assertThat(element(document, "Body")).isEqualTo(body.getValue());
            assertThat(element(document, "MD5OfBody"))
                    .isEqualTo(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("MD5")
                                    .digest(body.getValue().getBytes(StandardCharsets.UTF_8))));
            assertThat(element(document, "StringValue")).isEqualTo("or\uFFFDders");
            assertThat(element(document, "MD5OfMessageAttributes"))
                    .isEqualTo(MessageAttributes.md5(Map.of("table", AttributeValue.ofText("or\uFFFDders"))));
        }
    }

    @Test
    void shouldWaitAndWakeForAMessage() throws Exception {
        client.send(RawClient.request("POST", QUEUE, TestNode.CONSUMER, "Action=ReceiveMessage&WaitTimeSeconds=20")
                .replace("Content-Length:", "Content-Type: " + FORM + "\r\nContent-Length:"));
        org.awaitility.Awaitility.await().until(() -> node.groups.waiting("orders") == 1);

        node.groups.add("orders", 1);

        assertThat(xml(client.answer())).contains("r-orders-0-1");
    }

    @Test
    void shouldTakeNoMessageForAClientThatHungUp() throws Exception {
        client.send(RawClient.request("POST", QUEUE, TestNode.CONSUMER, "Action=ReceiveMessage&WaitTimeSeconds=20")
                .replace("Content-Length:", "Content-Type: " + FORM + "\r\nContent-Length:"));
        org.awaitility.Awaitility.await().until(() -> node.groups.waiting("orders") == 1);

        client.close();

        org.awaitility.Awaitility.await().until(() -> node.groups.cancelled.get() == 1);
        node.groups.add("orders", 1);
        assertThat(node.groups.leased("orders")).isZero();
    }

    @Test
    void shouldTakeFlattenedMapsAndLists() throws IOException {
        String admin = TestNode.ADMIN;
        assertThat(xml(post(
                        QUEUE,
                        "Action=SetQueueAttributes&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=60"
                                + "&Attribute.2.Name=ReceiveMessageWaitTimeSeconds&Attribute.2.Value=1",
                        admin)))
                .isEqualTo(nothing("SetQueueAttributes"));
        assertThat(xml(post(
                        QUEUE, "Action=SetQueueAttributes&Attribute.Name=VisibilityTimeout&Attribute.Value=61", admin)))
                .as("without a number, as old clients do")
                .isEqualTo(nothing("SetQueueAttributes"));
        assertThat(xml(post(
                        QUEUE,
                        "Action=GetQueueAttributes&AttributeName.1=VisibilityTimeout"
                                + "&AttributeName.2=ReceiveMessageWaitTimeSeconds")))
                .isEqualTo(result(
                        "GetQueueAttributes",
                        "<Attribute><Name>ReceiveMessageWaitTimeSeconds</Name><Value>1</Value></Attribute>"
                                + "<Attribute><Name>VisibilityTimeout</Name><Value>61</Value></Attribute>"));
        assertThat(xml(post(QUEUE, "Action=TagQueue&Tag.1.Key=a%26&Tag.1.Value=%3C&Tag.2.Key=b&Tag.2.Value=", admin)))
                .isEqualTo(nothing("TagQueue"));
        assertThat(xml(post(QUEUE, "Action=UntagQueue&TagKey.1=b", admin))).isEqualTo(nothing("UntagQueue"));
        assertThat(xml(post(QUEUE, "Action=ListQueueTags")))
                .isEqualTo(result("ListQueueTags", "<Tag><Key>a&amp;</Key><Value>&lt;</Value></Tag>"));
        assertThat(xml(post("/", "Action=CreateQueue&QueueName=orders&Tag.1.Key=a&Tag.1.Value=b", admin)))
                .isEqualTo(result("CreateQueue", "<QueueUrl>http://node:7800/000000000000/orders</QueueUrl>"));
        assertThat(xml(post(QUEUE, "Action=ListDeadLetterSourceQueues")))
                .isEqualTo(result("ListDeadLetterSourceQueues", ""));
        assertThat(xml(post(QUEUE, "Action=PurgeQueue", admin))).isEqualTo(nothing("PurgeQueue"));
        assertThat(xml(post(QUEUE, "Action=DeleteQueue", admin))).isEqualTo(nothing("DeleteQueue"));
    }
}
