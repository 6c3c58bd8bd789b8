// Inline buttons that wait for the bot's answer, on one phone.

const LONGEST = 20_000;

export class Presses {
  /** `onAnswer(answer)` gets what the bot said; `onChange(chat, message, place, busy)` follows the spinner. */
  constructor(api, { onAnswer, onChange }) {
    this.api = api;
    this.onAnswer = onAnswer;
    this.onChange = onChange;
    this.busy = new Map();
    this.waiting = new Map();
    this.early = new Map();
  }

  isBusy(chat, message, place) {
    return this.busy.has(`${chat}/${message}/${place}`);
  }

  /** Press; rejects when the server refuses. A second press on a waiting button does nothing. */
  async press(chat, message, row, column) {
    const place = `${row},${column}`;
    const key = `${chat}/${message}/${place}`;
    if (this.busy.has(key)) return;
    const finish = () => {
      clearTimeout(this.busy.get(key));
      this.busy.delete(key);
      this.onChange(chat, message, place, false);
    };
    this.busy.set(key, setTimeout(finish, LONGEST));
    this.onChange(chat, message, place, true);
    try {
      const { press } = await this.api.press(chat, message, row, column);
      const early = this.early.get(press);
      if (early) {
        this.early.delete(press);
        finish();
        this.onAnswer(early);
      } else {
        this.waiting.set(press, finish);
      }
    } catch (error) {
      finish();
      throw error;
    }
  }

  /** Take an answer event; one that came before the press call returned is kept for it. */
  answer(event) {
    const finish = this.waiting.get(event.press);
    if (finish) {
      this.waiting.delete(event.press);
      finish();
      this.onAnswer(event);
    } else if (this.busy.size > 0) {
      this.early.set(event.press, event);
    }
  }
}
