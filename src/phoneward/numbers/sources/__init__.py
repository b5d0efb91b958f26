"""Where accounts show: messages, apps, password managers' exports, mailboxes."""
