"""A vault behind an SFTP server."""

from phoneward.vault.storage.sftp.addresses import SftpAddress, parse_sftp_address
from phoneward.vault.storage.sftp.storage import SftpStorage

__all__ = ["SftpAddress", "SftpStorage", "parse_sftp_address"]
