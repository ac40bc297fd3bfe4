from desk.filters.leads import LeadFilter, moment_of

__all__ = ["LeadFilter", "moment_of"]
