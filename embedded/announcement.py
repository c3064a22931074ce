"""What is printed when the embedded server is up: addresses, a QR code, the first login."""

from __future__ import annotations

import io

import qrcode
from rich.console import Console

from embedded.addresses import Addresses


def announce(
    console: Console, addresses: Addresses, *, first_password: str | None, public_key: str
) -> None:
    """Print everything that a newcomer needs next, in both languages."""
    office = f"{addresses.office_origin}/office/"
    console.print()
    console.print(f"[bold]Shuanglu 双录[/bold] is running · 已启动 → [bold]{office}[/bold]")
    if first_password is not None:
        console.print(
            f"  first login · 首次登录: [bold]admin[/bold] / [bold]{first_password}[/bold]"
        )
        console.print("  (shown once; it is stored only as a hash · 只显示一次)")
    else:
        console.print("  login as before · 用原来的密码登录")
        console.print("  lost the password? · 忘记密码: .venv/bin/shuanglu staff admin")
    console.print()
    console.print(_qr(f"{addresses.phone_origin}/ca.crt"), highlight=False)
    console.print(f"  phones · 手机: {addresses.phone_origin}")
    console.print(f"  certificate · 证书 (QR): {addresses.phone_origin}/ca.crt")
    for line in _what_works(addresses):
        console.print(f"  {line}")
    console.print()
    console.print("  records are signed with · 记录的签名公钥 (shuanglu verify --key):")
    console.print(f"    {public_key}")
    console.print("  make demo lets a synthetic customer go through the job · Ctrl-C stops")


def _what_works(addresses: Addresses) -> list[str]:
    lines = [
        "without the certificate: the phone warns; camera and recording work after accepting",
        "未安装证书: 手机会提示不安全, 接受后可以录制",
    ]
    if addresses.phone_can_use_passkeys:
        lines.append("with the certificate installed and trusted: everything, passkeys included")
    else:
        lines += [
            "passkeys (WebAuthn) on phones need a host name: set SHUANGLU_EMBEDDED_HOST_NAME;",
            "until then phones confirm with a device key and a one-time code (weaker, marked so)",
        ]
        lines.append(f"on this machine ({addresses.localhost_origin}) everything works")
    return lines


def _qr(text: str) -> str:
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    out = io.StringIO()
    code.print_ascii(out=out, invert=True)
    return out.getvalue()
