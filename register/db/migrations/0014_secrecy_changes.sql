-- Letters that were found classified after a day that speaks of them was closed: asked whenever somebody who is not appointed looks at closed days.
CREATE INDEX fact_change_of_secrecy ON fact_change (agency_id, entry_id) WHERE fact = 'secrecy';
