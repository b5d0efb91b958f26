"""PCAP and pcapng: packets as a phone sent them, read with tshark where it is installed."""
