"""Where calls say what is personal, found once and kept."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, delete, insert, select

from qa_pipeline.domain.hidden import HiddenPart, HiddenPlaces
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart, pages
from qa_pipeline.store.spoken import PIECE_BITS, pieces_by_id
from qa_pipeline.store.tables import analyses, call_search, hidden_places, judgements


class StoredHidden(StorePart):
    """What redaction of some version found in the transcripts of current judgements."""

    def hidden_places(self, call_id: str, version: str) -> HiddenPlaces | None:
        """What that version hides of the call; None where it has not looked yet."""
        chosen = (
            select(hidden_places.c.places_json)
            .join(judgements, judgements.c.analysis_id == hidden_places.c.analysis_id)
            .where(judgements.c.call_id == call_id, judgements.c.is_current)
            .where(hidden_places.c.version == version)
        )
        with self.database.read() as connection:
            text = connection.scalar(chosen)
        return None if text is None else decode(HiddenPlaces, text)

    def hidden_in_pieces(
        self, said: Mapping[int, str], version: str
    ) -> Mapping[int, tuple[HiddenPart, ...]]:
        """What is hidden of pieces, by piece_id, each with the text that is known of it.

        Left out where that version has not looked yet, or the piece says something else by now.
        """
        chosen = (
            select(call_search.c.moment_id, hidden_places.c.places_json)
            .join(hidden_places, hidden_places.c.analysis_id == call_search.c.analysis_id)
            .where(hidden_places.c.version == version)
        )
        found: dict[int, tuple[HiddenPart, ...]] = {}
        with self.database.read() as connection:
            for page in pages(said):
                moments = {piece_id >> PIECE_BITS for piece_id in page}
                rows = connection.execute(chosen.where(call_search.c.moment_id.in_(moments)))
                known = {row.moment_id: decode(HiddenPlaces, row.places_json) for row in rows}
                for piece in pieces_by_id(connection, page):
                    places = known.get(piece.moment_id)
                    if places is not None and piece.said == said[piece.piece_id]:
                        number = piece.piece_id & ((1 << PIECE_BITS) - 1)
                        found[piece.piece_id] = places.pieces.get(number, ())
        return found

    def analyses_to_hide(
        self, version: str, call_ids: Sequence[str] | None = None
    ) -> tuple[str, ...]:
        """The analyses of current judgements (of `call_ids`) that this version has not seen."""
        known = and_(
            hidden_places.c.analysis_id == judgements.c.analysis_id,
            hidden_places.c.version == version,
        )
        chosen = (
            select(judgements.c.analysis_id)
            .outerjoin(hidden_places, known)
            .where(judgements.c.is_current, hidden_places.c.analysis_id.is_(None))
            .order_by(judgements.c.call_id)
        )
        with self.database.read() as connection:
            if call_ids is None:
                return tuple(connection.scalars(chosen))
            return tuple(
                analysis_id
                for page in pages(call_ids)
                for analysis_id in connection.scalars(chosen.where(judgements.c.call_id.in_(page)))
            )

    def transcripts(self, analysis_ids: Sequence[str]) -> Mapping[str, Transcript]:
        """The transcripts of analyses by analysis_id; unknown ones are left out."""
        found: dict[str, Transcript] = {}
        with self.database.read() as connection:
            for page in pages(analysis_ids):
                chosen = select(analyses.c.analysis_id, analyses.c.transcript_json).where(
                    analyses.c.analysis_id.in_(page)
                )
                for row in connection.execute(chosen):
                    found[row.analysis_id] = decode(Transcript, row.transcript_json)
        return found

    def keep_hidden(self, places: Mapping[str, HiddenPlaces], version: str) -> None:
        """Keep what that version hides, by analysis_id; what was purged meanwhile is passed over.

        An analysis never changes, so neither do its places until the version does.
        """
        stored = select(analyses.c.analysis_id).where(analyses.c.analysis_id.in_(places))
        with self.database.write("what calls hide") as connection:
            rows = [
                {
                    "analysis_id": analysis_id,
                    "version": version,
                    "places_json": encode(HiddenPlaces, places[analysis_id]),
                }
                for analysis_id in connection.scalars(stored).all()
            ]
            connection.execute(delete(hidden_places).where(hidden_places.c.analysis_id.in_(places)))
            if rows:
                connection.execute(insert(hidden_places), rows)
