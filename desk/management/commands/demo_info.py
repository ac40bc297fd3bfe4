from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from desk.demo.queries import demo_account, sign_ins


class Command(BaseCommand):
    help = "Prints the demo sign-ins and the address of the demo site, if the demo is installed."

    def handle(self, *args: Any, **options: Any) -> None:
        for person in sign_ins():
            self.stdout.write(f"{person.email:<28} {person.password:<14} {person.name}, {person.role}")
        if demo_account():
            self.stdout.write(f"write as a customer: {settings.BASE_URL}/demo/")
