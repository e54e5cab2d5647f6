// What a program in JavaScript does with AWS, at the endpoint and with the key that its environment names.
// Prints what came of it, as JSON. The argument is the path of a function's zip.

import { readFile } from "node:fs/promises";
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateFunctionCommand, InvokeCommand, LambdaClient, ListLayersCommand } from "@aws-sdk/client-lambda";
import { CreateStateMachineCommand, DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

const account = "123456789012";
const queueArn = `arn:aws:sqs:us-east-1:${account}:orders`;
const [sqs, sns, events] = [new SQSClient(), new SNSClient(), new EventBridgeClient()];
const [steps, functions] = [new SFNClient(), new LambdaClient()];

async function advance(seconds) {
  const response = await fetch(`${process.env.AWS_ENDPOINT_URL}/workbook/v1/time/advance`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Workbook-Access-Key": process.env.AWS_ACCESS_KEY_ID },
    body: JSON.stringify({ seconds }),
  });
  if (!response.ok) throw new Error(await response.text());
}

async function queue() {
  const sender = { Effect: "Allow", Principal: { Service: ["sns.amazonaws.com", "events.amazonaws.com"] } };
  const statement = { ...sender, Action: "sqs:SendMessage", Resource: queueArn };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return (await sqs.send(new CreateQueueCommand({ QueueName: "orders", Attributes: { Policy } }))).QueueUrl;
}

async function publish() {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "news" }));
  const Attributes = { RawMessageDelivery: "true" };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queueArn, Attributes }));
  await sns.send(new PublishCommand({ TopicArn, Message: "from the topic" }));
}

async function putEvent() {
  await events.send(new PutRuleCommand({ Name: "sold", EventPattern: '{"source": ["shop"]}' }));
  const target = { Id: "q", Arn: queueArn, InputPath: "$.detail" };
  await events.send(new PutTargetsCommand({ Rule: "sold", Targets: [target] }));
  const entry = { Source: "shop", DetailType: "sold", Detail: '{"price": 5}' };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
}

async function receiveAll(QueueUrl) {
  const bodies = [];
  for (;;) {
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    if (!Messages?.length) return bodies;
    for (const { Body, ReceiptHandle } of Messages) {
      bodies.push(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

async function execute() {
  const definition = JSON.stringify({ StartAt: "Wait", States: { Wait: { Type: "Wait", Seconds: 3600, End: true } } });
  const roleArn = `arn:aws:iam::${account}:role/states`;
  const { stateMachineArn } = await steps.send(new CreateStateMachineCommand({ name: "slow", definition, roleArn }));
  const { executionArn } = await steps.send(new StartExecutionCommand({ stateMachineArn, input: "{}" }));
  const status = async () => (await steps.send(new DescribeExecutionCommand({ executionArn }))).status;
  const before = await status();
  await advance(3600);
  return [before, await status()];
}

async function invoke() {
  const ZipFile = await readFile(process.argv[2]);
  const Role = `arn:aws:iam::${account}:role/lambda`;
  const settings = { Runtime: "python3.13", Handler: "index.handler", Role };
  await functions.send(new CreateFunctionCommand({ FunctionName: "double", Code: { ZipFile }, ...settings }));
  await advance(10);
  const Payload = JSON.stringify({ number: 21 });
  const answer = await functions.send(new InvokeCommand({ FunctionName: "double", Payload }));
  return JSON.parse(new TextDecoder().decode(answer.Payload));
}

async function errorOf(sent) {
  return sent.then(() => null, (error) => error);
}

const queueUrl = await queue();
await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "from JavaScript, é" }));
await publish();
await putEvent();
const received = await receiveAll(queueUrl);
const missing = await errorOf(sqs.send(new GetQueueUrlCommand({ QueueName: "nowhere" })));
const refused = await errorOf(functions.send(new ListLayersCommand({})));
console.log(
  JSON.stringify({
    queueUrl,
    received,
    execution: await execute(),
    function: await invoke(),
    missingQueue: missing.name,
    notSimulated: [refused.name, refused.$metadata.attempts],
  }),
);
