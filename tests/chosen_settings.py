"""Settings that tests have changed: rows are never deleted, so the partnership's file is made to speak again."""

from sqlalchemy import text

from shared.service import Service

FILE_AGAIN = text("""
    INSERT INTO setting_changes SELECT gen_random_uuid(), name, 'null', 'a test', 'test', now()
      FROM (SELECT DISTINCT name FROM setting_changes) n
""")


def let_the_file_speak(service: Service) -> None:
    with service.transaction() as session:
        session.execute(FILE_AGAIN)
