"""Cases (办件): opening, acceptance, supplements, decision, withdrawal; lists for 免申即享."""
