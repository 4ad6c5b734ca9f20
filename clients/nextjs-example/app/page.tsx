"use client";

import { useChat } from "@ai-sdk/react";
import { type FormEvent, useState } from "react";

export default function Page() {
  const { messages, sendMessage, stop, status, error } = useChat();
  const [text, setText] = useState("");

  function ask(event: FormEvent) {
    event.preventDefault();
    void sendMessage({ text });
    setText("");
  }

  return (
    <main>
      <h1>Chat, tracked</h1>
      {messages.map(({ id, role, parts }) => (
        <p key={id}>
          <b>{role}</b>: {parts.map((part) => (part.type === "text" ? part.text : ""))}
        </p>
      ))}
      {error && <p role="alert">The model failed.</p>}
      <form onSubmit={ask}>
        <label>
          Question <input value={text} onChange={(event) => setText(event.target.value)} required />
        </label>
        <button>Ask</button>
        {status === "streaming" && (
          <button type="button" onClick={() => void stop()}>
            Stop
          </button>
        )}
      </form>
    </main>
  );
}
